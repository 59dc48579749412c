#include "core/backend.h"

#include "base/error.h"

namespace splitbench {

std::unique_ptr<Trainer> Model::trainer(const TrainingPlan& /*plan*/, std::uint64_t /*seed*/) {
  throw bad_input("this back-end does not train");
}

}  // namespace splitbench
