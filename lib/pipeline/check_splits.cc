#include "pipeline/check_splits.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "base/rng.h"

namespace splitbench {
namespace {

bool identical(const Boundary& a, const Boundary& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), bit_identical);
}

}  // namespace

double relative_error(const Tensor& reference, const Tensor& answer) {
  if (reference.spec() != answer.spec()) return std::numeric_limits<double>::infinity();
  if (reference.dtype() != DType::kF32) {
    return bit_identical(reference, answer) ? 0 : std::numeric_limits<double>::infinity();
  }
  double largest = 0, difference = 0;
  for (std::size_t i = 0; i < reference.elements(); ++i) {
    const double expected = reference.as<float>()[i];
    const double got = answer.as<float>()[i];
    if (!std::isfinite(got) || !std::isfinite(expected)) {
      return std::numeric_limits<double>::infinity();
    }
    largest = std::max(largest, std::fabs(expected));
    difference = std::max(difference, std::fabs(expected - got));
  }
  if (difference == 0) return 0;
  return largest == 0 ? std::numeric_limits<double>::infinity() : difference / largest;
}

std::vector<SplitCheck> check_splits(Model& model, const std::vector<Tensor>& inputs,
                                     EventSink& events) {
  const std::size_t count = model.info().splits.size();
  std::vector<std::size_t> all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::vector<SplitCheck> checks(count);
  std::vector<Tensor> runs = inputs;
  runs.push_back(inputs.front());
  std::vector<Tensor> references;
  std::vector<std::vector<Boundary>> captures;
  for (const Tensor& input : runs) {
    references.push_back(model.reference(input));
    captures.push_back(model.capture(input, all));
  }
  for (std::size_t s = 0; s < count; ++s) {
    events.progress({"check", s, count, "splits", model.info().splits[s].id});
    checks[s].split = s;
    const auto head = model.head(s);
    const auto tail = model.tail(s);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const Boundary boundary = head->run({runs[i]});
      const Boundary answer = tail->run(boundary);
      checks[s].relative_error =
          std::max(checks[s].relative_error, relative_error(references[i], answer.at(0)));
      checks[s].capture_identical &= identical(boundary, captures[i][s]);
    }
  }
  return checks;
}

std::vector<Tensor> random_inputs(const TensorSpec& spec, std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < count; ++i) {
    Tensor input = Tensor::allocate(spec);
    float* values = input.mutable_as<float>();
    for (std::size_t k = 0; k < input.elements(); ++k) {
      // Box-Muller; 1 - u keeps the logarithm finite.
      const double radius = std::sqrt(-2 * std::log(1 - rng.uniform()));
      values[k] = static_cast<float>(radius * std::cos(2 * M_PI * rng.uniform()));
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

}  // namespace splitbench
