#include "pipeline/cell_evaluator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>

#include "base/clock.h"
#include "base/error.h"
#include "base/units.h"
#include "codec/bottleneck/learned_codec.h"
#include "codec/stream.h"
#include "data/preprocess.h"
#include "pipeline/check_splits.h"
#include "pipeline/input_set.h"
#include "pipeline/parallel_for.h"

namespace splitbench {
namespace {

CodecTime time_summary(const std::vector<double>& samples) {
  return {quantile(samples, 0.5), quantile(samples, 0.95)};
}

PayloadSummary payload_summary(const std::vector<double>& samples) {
  return {mean(samples), quantile(samples, 0.5), quantile(samples, 0.95),
          *std::max_element(samples.begin(), samples.end())};
}

std::vector<std::uint8_t> pack_bits(const std::vector<bool>& bits) {
  std::vector<std::uint8_t> packed((bits.size() + 7) / 8, 0);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (bits[i]) packed[i / 8] = static_cast<std::uint8_t>(packed[i / 8] | 1U << (i % 8));
  }
  return packed;
}

// Whether rounding could have made another class the answer: the two best scores of the only image
// of `output` are closer than that. Networks round otherwise in batches, by some 1e-6.
bool is_close_call(const Tensor& output) {
  constexpr float kRounding = 1e-4F;  // of the largest score
  const float* scores = output.as<float>();
  float best = -std::numeric_limits<float>::infinity(), second = best, largest = 0;
  for (std::size_t i = 0; i < output.elements(); ++i) {
    second = std::max(second, std::min(best, scores[i]));
    best = std::max(best, scores[i]);
    largest = std::max(largest, std::abs(scores[i]));
  }
  return best - second <= kRounding * largest;
}

// Null for what is no learned codec.
const OpenBottleneck* bottleneck_of(const BoundaryCodec& codec) {
  return codec.empty() ? nullptr : codec.front().bottleneck.get();
}

std::size_t total_elements(const BoundarySpec& spec) {
  std::size_t elements = 0;
  for (const TensorSpec& tensor : spec) elements += tensor.elements();
  return elements;
}

}  // namespace

CellRun::CellRun(BoundaryCodec its_codec, std::size_t all_images, bool runs_tail)
    : codec(std::move(its_codec)), with_tail(runs_tail), answers(runs_tail ? all_images : 0) {
  for (auto* samples : {&payloads, &encode_s, &decode_s}) samples->resize(all_images);
}

CellEvaluator::CellEvaluator(Model& model, std::size_t split, const BoundaryStore& store,
                             std::size_t position, const EvaluationSet& inputs, Settings settings,
                             ImageBatches taken_in)
    : model_(model),
      split_(model.info().splits.at(split)),
      store_(store),
      position_(position),
      inputs_(inputs),
      settings_(settings),
      batches_(std::move(taken_in)),
      tail_(model.tail(split)) {
  if (batches_.empty()) {
    batches_ = consecutive_batches(inputs_.size(), tail_batch(model, split, settings_.batch));
  }
  known_.resize(batches());
  unsound_ = check_cut();
}

std::size_t CellEvaluator::tail_batch(const Model& model, std::size_t split, std::size_t wanted) {
  return model.info().any_batch && model.info().splits.at(split).batched ? wanted : 1;
}

// A sweep must not measure a cut that is none. Rounding in batches of another size is far below
// the bound.
std::string CellEvaluator::check_cut() {
  constexpr double kBound = 1e-3;
  if (split_.kind == SplitKind::kDeviceOnly || inputs_.first_output.data() == nullptr) return "";
  try {
    const Tensor answer = tail_->run(store_.get(position_, 0)).at(0);
    const double error = relative_error(inputs_.first_output, answer);
    if (error <= kBound || answers_of(inputs_.first_output).at(0) == kNoAnswer) return "";
    return "the network is not sound to cut here: tail(head(x)) is off by " + format_plain(error) +
           " of the largest output; see list splits --check";
  } catch (const Error& error) {
    return error.what();
  }
}

// At server-only a codec that takes 8-bit pictures gets the picture; any other the float input.
bool CellEvaluator::codes_picture(const BoundaryCodec& codec) const {
  return split_.kind == SplitKind::kServerOnly && inputs_.images.front() &&
         unsupported_reason(codec, {inputs_.images.front()->spec()}).empty();
}

std::string CellEvaluator::unsupported(const BoundaryCodec& codec) const {
  if (const OpenBottleneck* bottleneck = bottleneck_of(codec)) {
    return bottleneck->about.decoder_split == split_.id ? "" : bottleneck_place(*bottleneck);
  }
  return codes_picture(codec) ? "" : unsupported_reason(codec, split_.boundary);
}

// Where the store has what the codec encodes.
std::size_t CellEvaluator::encoded_position(const BoundaryCodec& codec) const {
  const OpenBottleneck* bottleneck = bottleneck_of(codec);
  if (bottleneck == nullptr || bottleneck->about.encoder_split == split_.id) return position_;
  const std::vector<SplitPoint>& splits = model_.info().splits;
  for (std::size_t i = 0; settings_.stored != nullptr && i < settings_.stored->size(); ++i) {
    if (splits.at((*settings_.stored)[i]).id == bottleneck->about.encoder_split) return i;
  }
  throw runtime_failure("internal: the boundary of split " + bottleneck->about.encoder_split +
                        " was not captured");
}

CodedImage CellEvaluator::code_image(const BoundaryCodec& codec, bool picture,
                                     std::size_t image) const {
  const Boundary original =
      picture ? Boundary{*inputs_.images[image]} : store_.get(encoded_position(codec), image);
  DecodeLimits limits;
  limits.max_elements =
      std::max(total_elements(spec_of(original)), total_elements(split_.boundary));
  CodedImage coded;
  const double start = thread_cpu_s();
  const Bytes stream = encode_boundary(codec, original);
  const double encoded = thread_cpu_s();
  coded.decoded = decode_boundary(codec, stream, limits);
  coded.decode_s = thread_cpu_s() - encoded;
  coded.encode_s = encoded - start;
  coded.payload_bytes = stream.size();
  return coded;
}

// The decoded images as one batch for the tail. Pictures become inputs of the network.
Boundary CellEvaluator::tail_input(std::vector<Boundary> decoded, bool pictures) const {
  if (pictures) {
    const Preprocess steps = inputs_.preprocess.value_or(Preprocess{});
    for (Boundary& boundary : decoded) boundary.front() = normalise(boundary.front(), steps);
  }
  Boundary batch;
  for (std::size_t t = 0; t < decoded.front().size(); ++t) {
    std::vector<const Tensor*> parts;
    for (const Boundary& boundary : decoded) parts.push_back(&boundary[t]);
    batch.push_back(stack_batch(parts));
  }
  return batch;
}

CellRun CellEvaluator::start(BoundaryCodec codec, bool with_tail) const {
  return CellRun(std::move(codec), inputs_.size(), with_tail);
}

void CellEvaluator::advance(CellRun& run, std::size_t batches) {
  const std::size_t first = run.batches;
  const std::size_t count = std::min(batches, this->batches() - first);
  parallel_for(count, settings_.threads, [&](std::size_t i) {
    model_.use_threads(1);
    run_batch(run, first + i);
  });
  for (; run.batches < first + count; ++run.batches) run.images += batches_[run.batches].size();
}

void CellEvaluator::run_batch(CellRun& run, std::size_t batch) {
  const std::vector<std::size_t>& images = batches_.at(batch);
  const bool picture = codes_picture(run.codec);
  std::vector<Boundary> decoded;
  for (const std::size_t i : images) {
    CodedImage coded = code_image(run.codec, picture, i);
    run.payloads[i] = static_cast<double>(coded.payload_bytes);
    run.encode_s[i] = coded.encode_s;
    run.decode_s[i] = coded.decode_s;
    if (run.with_tail) decoded.push_back(std::move(coded.decoded));
  }
  if (!run.with_tail) return;
  const std::vector<int> answers = answer(run, batch, tail_input(std::move(decoded), picture));
  for (std::size_t k = 0; k < images.size(); ++k) run.answers[images[k]] = answers[k];
}

// A fine-tuned tail takes the place of the model's, and knows none of its answers.
std::vector<int> CellEvaluator::answer(const CellRun& run, std::size_t batch,
                                       const Boundary& input) {
  const OpenBottleneck* bottleneck = bottleneck_of(run.codec);
  if (bottleneck != nullptr && bottleneck->tail) return ask_tail(*bottleneck->tail, input);
  return known_.get(batch, input,
                    [this](const Boundary& asked) { return ask_tail(*tail_, asked); });
}

// Where the answer hangs on rounding the image is asked again alone, so that a cell does not depend
// on which images its tails take at once.
std::vector<int> CellEvaluator::ask_tail(Segment& tail, const Boundary& input) {
  const Tensor output = tail.run(input).at(0);
  std::vector<int> answers = answers_of(output);
  for (std::size_t i = 0; answers.size() > 1 && i < answers.size(); ++i) {
    if (answers[i] == kNoAnswer || !is_close_call(batch_item(output, i))) continue;
    Boundary alone;
    for (const Tensor& tensor : input) alone.push_back(batch_item(tensor, i));
    answers[i] = answers_of(tail.run(alone).at(0)).front();
  }
  return answers;
}

Cell CellEvaluator::evaluate(const BoundaryCodec& codec) {
  Cell cell;
  cell.boundary_bytes = boundary_bytes(split_.boundary);
  if (!unsound_.empty()) {
    cell.status = CellStatus::kFailed;
    cell.reason = unsound_;
    return cell;
  }
  cell.reason = unsupported(codec);
  if (!cell.reason.empty()) {
    cell.status = CellStatus::kUnsupported;
    return cell;
  }
  try {
    CellRun run = start(codec, true);
    advance(run, batches());
    return summarise(run);
  } catch (const Error& error) {
    // The seam: whatever a codec or tail throws becomes the cell's status, and the sweep goes on.
    cell.status = CellStatus::kFailed;
    cell.reason = error.what();
  }
  return cell;
}

Cell CellEvaluator::summarise(const CellRun& run) const {
  std::vector<std::size_t> images;
  for (std::size_t b = 0; b < run.batches; ++b) {
    images.insert(images.end(), batches_[b].begin(), batches_[b].end());
  }
  std::sort(images.begin(), images.end());
  const auto done = [&](const auto& samples) {
    std::decay_t<decltype(samples)> some;
    for (const std::size_t i : images) some.push_back(samples[i]);
    return some;
  };
  Cell cell;
  cell.boundary_bytes = boundary_bytes(split_.boundary);
  cell.payload_bytes = payload_summary(done(run.payloads));
  cell.ratio = cell.payload_bytes.mean / static_cast<double>(cell.boundary_bytes);
  cell.encode = time_summary(done(run.encode_s));
  cell.decode = time_summary(done(run.decode_s));
  summarise_accuracy(images, done(run.answers), cell);
  return cell;
}

Cell CellEvaluator::evaluate_device_only() const {
  Cell cell;
  cell.boundary_bytes = boundary_bytes(split_.boundary);
  std::vector<std::size_t> images(inputs_.size());
  std::iota(images.begin(), images.end(), std::size_t{0});
  summarise_accuracy(images, inputs_.baseline, cell);
  return cell;
}

void CellEvaluator::summarise_accuracy(const std::vector<std::size_t>& images,
                                       const std::vector<int>& answers, Cell& cell) const {
  const bool labelled = inputs_.labelled();
  PairedCounts paired{images.size(), 0, 0};
  std::size_t right = 0, baseline_right = 0, agreeing = 0;
  std::vector<bool> bits;
  for (std::size_t k = 0; k < images.size(); ++k) {
    const std::size_t i = images[k];
    const bool agrees = answers[k] == inputs_.baseline[i] && answers[k] != kNoAnswer;
    const bool is_right = labelled && answers[k] == *inputs_.labels[i];
    const bool was_right = labelled && inputs_.baseline[i] == *inputs_.labels[i];
    agreeing += agrees ? 1 : 0;
    right += is_right ? 1 : 0;
    baseline_right += was_right ? 1 : 0;
    paired.only_first += was_right && !is_right ? 1 : 0;
    paired.only_second += is_right && !was_right ? 1 : 0;
    bits.push_back(labelled ? is_right : agrees);
  }
  const auto total = static_cast<double>(images.size());
  cell.accuracy.images = images.size();
  cell.accuracy.agreement = static_cast<double>(agreeing) / total;
  cell.correct_bits = pack_bits(bits);
  if (!labelled) return;
  cell.accuracy.top1 = static_cast<double>(right) / total;
  cell.accuracy.baseline_top1 = static_cast<double>(baseline_right) / total;
  cell.accuracy.loss = paired_loss(paired);
  cell.accuracy.mcnemar_p = mcnemar_p(paired);
}

}  // namespace splitbench
