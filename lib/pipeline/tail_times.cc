#include "pipeline/tail_times.h"

#include <memory>

#include "base/error.h"
#include "pipeline/cell_evaluator.h"
#include "pipeline/input_set.h"

namespace splitbench {
namespace {

TailTime time_tail(Segment& tail, const Boundary& one, std::size_t images) {
  Boundary batch;
  for (const Tensor& tensor : one) {
    batch.push_back(stack_batch(std::vector<const Tensor*>(images, &tensor)));
  }
  // The batch first: what a first run takes longer is the less the more images it has.
  const double in_batch_s = tail.time_s(batch, 1) / static_cast<double>(images);
  return {in_batch_s, tail.time_s(one, 1)};
}

}  // namespace

TailTimes time_tails(Model& model, const std::vector<std::size_t>& splits,
                     const std::function<Boundary(std::size_t)>& boundary, std::size_t batch) {
  TailTimes times;
  model.use_threads(1);
  for (const std::size_t split : splits) {
    TailTime& time = times[split];
    if (model.info().splits.at(split).kind == SplitKind::kDeviceOnly) continue;
    try {
      time = time_tail(*model.tail(split), boundary(split),
                       CellEvaluator::tail_batch(model, split, batch));
    } catch (const Error&) {
      continue;
    }
  }
  return times;
}

}  // namespace splitbench
