#include "pipeline/input_set.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>

#include "base/error.h"
#include "base/rng.h"
#include "data/preprocess.h"

namespace splitbench {
namespace {

// Without a manifest a picture must already have the network's size; it is scaled to [0, 1].
Preprocess plain_preprocess(const TensorSpec& input) {
  Preprocess plain;
  plain.gray = input.shape.size() == 4 && input.shape[1] == 1;
  return plain;
}

}  // namespace

std::vector<std::size_t> choose_samples(std::size_t size, std::size_t limit, std::uint64_t seed) {
  std::vector<std::size_t> indices(size);
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  if (limit == 0 || limit >= size) return indices;
  Rng rng(seed);
  rng.shuffle(indices);
  indices.resize(limit);
  std::sort(indices.begin(), indices.end());
  return indices;
}

PreparedInput prepare_input(const Sample& sample, const std::optional<Preprocess>& preprocess,
                            const TensorSpec& input, std::size_t classes) {
  PreparedInput prepared;
  prepared.label = sample.label;
  if (sample.label && *sample.label < 0) {
    throw bad_input(sample.name + ": label " + std::to_string(*sample.label) +
                    " is not a class index (0, 1, 2 ...)");
  }
  if (sample.label && classes != 0 && static_cast<std::size_t>(*sample.label) >= classes) {
    throw bad_input(sample.name + ": label " + std::to_string(*sample.label) +
                    " is out of range, the model has " + std::to_string(classes) +
                    " classes (0 to " + std::to_string(classes - 1) + ")");
  }
  if (sample.image) {
    const Preprocess steps = preprocess ? *preprocess : plain_preprocess(input);
    prepared.image = resize_and_crop(*sample.image, steps);
    prepared.tensor = normalise(*prepared.image, steps);
  } else {
    prepared.tensor = *sample.tensor;
  }
  if (prepared.tensor.spec() != input) {
    throw bad_input(sample.name + ": gives an input of shape " +
                    shape_text(prepared.tensor.shape()) + ", the model takes " +
                    shape_text(input.shape) +
                    "; set resize and crop in a model manifest, or --input-shape");
  }
  return prepared;
}

Tensor stack_batch(const std::vector<const Tensor*>& parts) {
  if (parts.size() == 1) return *parts.front();
  TensorSpec spec = parts.front()->spec();
  spec.shape.at(0) = static_cast<std::int64_t>(parts.size());
  Tensor batch = Tensor::allocate(spec);
  auto* out = batch.mutable_as<std::uint8_t>();
  for (const Tensor* part : parts) {
    if (part->spec() != parts.front()->spec()) {
      throw bad_input("tensors of shapes " + shape_text(parts.front()->shape()) + " and " +
                      shape_text(part->shape()) + " cannot share a batch; use --batch 1");
    }
    std::memcpy(out, part->data(), part->bytes());
    out += part->bytes();
  }
  return batch;
}

Tensor batch_item(const Tensor& batch, std::size_t i) {
  TensorSpec spec = batch.spec();
  spec.shape.at(0) = 1;
  const auto owner = std::make_shared<Tensor>(batch);
  const std::size_t offset = i * spec.bytes();
  if (offset + spec.bytes() > batch.bytes()) {
    throw runtime_failure("internal: item " + std::to_string(i) + " of a batch of shape " +
                          shape_text(batch.shape()));
  }
  return Tensor::wrap(spec, owner, batch.as<std::uint8_t>() + offset);
}

}  // namespace splitbench
