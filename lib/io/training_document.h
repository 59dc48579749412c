// The training document, splitbench.training: the learning curve of one bottleneck. Errors as in
// io/document.h. Thread-safe.
#pragma once

#include <string>

#include "core/run_record.h"
#include "core/training_log.h"

namespace splitbench {

// Throws Error{kRuntime} when a number is not finite.
std::string training_document(const TrainingLog& log, const RunRecord& run);

TrainingLog read_training(const std::string& path);

}  // namespace splitbench
