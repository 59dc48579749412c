#include "pipeline/tail_times.h"

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "pipeline/cell_evaluator.h"
#include "pipeline/input_set.h"

namespace splitbench {
namespace {

constexpr std::size_t kEnoughImages = 4;  // for a batch to cost what larger ones do, an image

double time_tail(Model& model, std::size_t split, const Boundary& one, std::size_t images) {
  Boundary batch;
  for (const Tensor& tensor : one) {
    batch.push_back(stack_batch(std::vector<const Tensor*>(images, &tensor)));
  }
  const std::unique_ptr<Segment> tail = model.tail(split);
  tail->time_s(batch, 1);  // memory is claimed by the first run
  return tail->time_s(batch, 1) / static_cast<double>(images);
}

}  // namespace

TailTimes time_tails(Model& model, const std::vector<std::size_t>& splits,
                     const std::function<Boundary(std::size_t)>& boundary, std::size_t batch) {
  TailTimes times;
  model.use_threads(1);
  for (const std::size_t split : splits) {
    const std::size_t images =
        std::min(kEnoughImages, CellEvaluator::tail_batch(model, split, batch));
    double& seconds = times[split];
    if (model.info().splits.at(split).kind == SplitKind::kDeviceOnly) continue;
    try {
      seconds = time_tail(model, split, boundary(split), images);
    } catch (const Error&) {
      seconds = 0;
    }
  }
  return times;
}

}  // namespace splitbench
