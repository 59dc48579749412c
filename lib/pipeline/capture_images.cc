#include "pipeline/capture_images.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string_view>

#include "base/error.h"
#include "pipeline/memory_budget.h"
#include "pipeline/parallel_for.h"

namespace splitbench {
namespace {

// Of the memory that is left before the first batches have shown what the network needs.
constexpr std::size_t kFirstShare = 4;
constexpr std::size_t kSkippedNamed = 10;  // warnings about single images before they are summed up

std::vector<float> softmax(const float* scores, std::size_t count) {
  const float top = *std::max_element(scores, scores + count);
  std::vector<float> probabilities(scores, scores + count);
  double sum = 0;
  for (float& value : probabilities) sum += value = std::exp(value - top);
  for (float& value : probabilities) value = static_cast<float>(value / sum);
  return probabilities;
}

class Capture {
 public:
  Capture(ModelSession& session, const Dataset& dataset, const CaptureSettings& settings,
          RunRecorder& recorder)
      : session_(session), dataset_(dataset), settings_(settings), recorder_(recorder) {}

  CapturedImages run(const std::vector<std::size_t>& indices, std::vector<std::size_t> splits) {
    captured_.splits = std::move(splits);
    captured_.inputs.preprocess = session_.manifest.preprocess;
    std::vector<BoundarySpec> specs;
    for (const std::size_t split : captured_.splits) {
      specs.push_back(session_.model->info().splits[split].boundary);
    }
    const MemoryBudget memory(settings_.memory_bytes);
    captured_.store = std::make_unique<BoundaryStore>(
        specs, indices.size(), memory.limit(0) / kFirstShare, settings_.folder);
    const std::size_t stride = settings_.batch * static_cast<std::size_t>(settings_.threads);
    for (std::size_t first = 0; first < indices.size(); first += stride) {
      recorder_.progress({settings_.stage, first, indices.size(), "images", ""});
      settings_.checkpoint();
      const std::size_t count = std::min(stride, indices.size() - first);
      add({indices.begin() + static_cast<std::ptrdiff_t>(first),
           indices.begin() + static_cast<std::ptrdiff_t>(first + count)});
      if (first == 0 && captured_.inputs.size() != 0) rehearse_tails();
      captured_.store->limit_memory(memory.limit(captured_.store->memory_used()));
    }
    tell_of_memory();
    recorder_.progress({settings_.stage, indices.size(), indices.size(), "images", ""});
    if (captured_.skipped.size() > kSkippedNamed) {
      recorder_.warning(std::to_string(captured_.skipped.size()) + " images in all were left out");
    }
    if (captured_.inputs.size() == 0) refuse_empty();
    return std::move(captured_);
  }

 private:
  // Tails take several images at once, which needs more memory than the capture: the first, and
  // longest, shows how much before the store takes the rest.
  void rehearse_tails() {
    if (captured_.splits.empty()) return;
    const std::size_t split = captured_.splits.front();
    const bool batched =
        session_.model->info().any_batch && session_.model->info().splits[split].batched;
    const Boundary one = captured_.store->get(0, 0);
    Boundary batch;
    for (const Tensor& tensor : one) {
      const std::vector<const Tensor*> copies(batched ? settings_.batch : 1, &tensor);
      batch.push_back(stack_batch(copies));
    }
    const std::unique_ptr<Segment> tail = session_.model->tail(split);
    const auto runs = static_cast<std::size_t>(settings_.threads);
    try {
      parallel_for(runs, settings_.threads, [&](std::size_t /*run*/) {
        session_.model->use_threads(1);
        tail->run(batch);
      });
    } catch (const Error&) {
      // Its cells will say so.
    }
  }

  void tell_of_memory() {
    const BoundaryStore& store = *captured_.store;
    const auto text = [](std::size_t bytes) { return std::to_string(bytes >> 20) + " MiB"; };
    if (store.memory_used() < store.bytes()) {
      recorder_.note("keeping " + text(store.bytes() - store.memory_used()) +
                     " of tensors in a temporary file in " + settings_.folder);
    }
    if (store.memory_used() == 0 && settings_.memory_bytes < peak_resident_bytes()) {
      recorder_.note("the network itself took " + text(peak_resident_bytes()) + ", more than the " +
                     text(settings_.memory_bytes) +
                     " of --memory; fewer --threads or a smaller --batch need less");
    }
  }

  bool keeps_pictures() const {
    return std::any_of(captured_.splits.begin(), captured_.splits.end(), [&](std::size_t split) {
      return session_.model->info().splits[split].kind == SplitKind::kServerOnly;
    });
  }

  [[noreturn]] void refuse_empty() const {
    if (captured_.skipped.empty()) {
      throw bad_input(dataset_.spec() + ": every one of its images is evaluated too; name others");
    }
    throw bad_input(dataset_.spec() + ": not one image could be read (the first: " +
                    captured_.skipped.front().reason + ")");
  }

  // Loads the samples and captures them one by one, as the device sends them, on all threads: a
  // network rounds otherwise in batches, which moves payloads by a few bytes.
  void add(const std::vector<std::size_t>& indices) {
    std::vector<PreparedInput> prepared = load(indices);
    const std::size_t first = captured_.inputs.baseline.size();
    captured_.inputs.baseline.resize(first + prepared.size());
    if (settings_.keep_beliefs) captured_.inputs.beliefs.resize(first + prepared.size());
    parallel_for(prepared.size(), settings_.threads, [&](std::size_t i) {
      session_.model->use_threads(1);
      store(session_.model->capture(prepared[i].tensor, captured_.splits), first + i);
    });
    const bool keep = keeps_pictures();
    for (PreparedInput& input : prepared) {
      captured_.inputs.images.push_back(keep ? std::move(input.image) : std::nullopt);
      captured_.inputs.labels.push_back(input.label);
    }
  }

  std::vector<PreparedInput> load(const std::vector<std::size_t>& indices) {
    std::vector<PreparedInput> prepared(indices.size());
    std::vector<std::string> failures(indices.size());
    parallel_for(indices.size(), settings_.threads, [&](std::size_t i) {
      std::optional<Sample> sample;
      try {
        sample = dataset_.load(indices[i]);
      } catch (const Error& error) {
        failures[i] = error.what();  // one image less, not the end of the sweep
        return;
      }
      prepared[i] = prepare_input(*sample, session_.manifest.preprocess,
                                  session_.model->info().input, session_.manifest.classes.size());
    });
    std::vector<PreparedInput> good;
    for (std::size_t i = 0; i < indices.size(); ++i) {
      if (!failures[i].empty()) {
        captured_.skipped.push_back({indices[i], failures[i]});
        if (captured_.skipped.size() <= kSkippedNamed) {
          recorder_.warning("left out: " + failures[i]);
        }
        continue;
      }
      const std::uint64_t digest = input_digest(prepared[i].tensor);
      if (settings_.excluded.count(digest) != 0) {
        ++captured_.excluded;
        continue;
      }
      captured_.digests.insert(digest);
      good.push_back(std::move(prepared[i]));
    }
    return good;
  }

  // Keeps what the capture of an image gave.
  void store(const std::vector<Boundary>& boundaries, std::size_t image) {
    for (std::size_t s = 0; s < captured_.splits.size(); ++s) {
      captured_.store->put(s, image, boundaries[s]);
    }
    const Tensor& output = boundaries.back().at(0);
    if (image == 0) captured_.inputs.first_output = output;
    captured_.inputs.baseline[image] = answers_of(output).front();
    if (!settings_.keep_beliefs) return;
    captured_.inputs.beliefs[image] = softmax(output.as<float>(), output.elements());
  }

  ModelSession& session_;
  const Dataset& dataset_;
  const CaptureSettings& settings_;
  RunRecorder& recorder_;
  CapturedImages captured_;
};

}  // namespace

bool EvaluationSet::labelled() const {
  return std::all_of(labels.begin(), labels.end(),
                     [](const auto& label) { return label.has_value(); });
}

std::vector<int> answers_of(const Tensor& output) {
  if (output.dtype() != DType::kF32) {
    throw bad_input(std::string("the model's output is ") + dtype_name(output.dtype()) +
                    "; accuracy needs float32 scores");
  }
  const auto count = static_cast<std::size_t>(output.shape().empty() ? 1 : output.shape()[0]);
  const std::size_t scores = output.elements() / std::max<std::size_t>(count, 1);
  std::vector<int> answers;
  for (std::size_t i = 0; i < count; ++i) {
    const float* row = output.as<float>() + i * scores;
    const bool nan = std::any_of(row, row + scores, [](float x) { return std::isnan(x); });
    answers.push_back(nan ? kNoAnswer
                          : static_cast<int>(std::max_element(row, row + scores) - row));
  }
  return answers;
}

std::size_t CapturedImages::position(std::size_t split) const {
  const auto found = std::find(splits.begin(), splits.end(), split);
  if (found == splits.end()) {
    throw runtime_failure("internal: split " + std::to_string(split) + " was not captured");
  }
  return static_cast<std::size_t>(found - splits.begin());
}

std::uint64_t input_digest(const Tensor& input) {
  return std::hash<std::string_view>{}({static_cast<const char*>(input.data()), input.bytes()});
}

CapturedImages capture_images(ModelSession& session, const Dataset& dataset,
                              const std::vector<std::size_t>& indices,
                              const std::vector<std::size_t>& splits,
                              const CaptureSettings& settings, RunRecorder& recorder) {
  return Capture(session, dataset, settings, recorder).run(indices, splits);
}

}  // namespace splitbench
