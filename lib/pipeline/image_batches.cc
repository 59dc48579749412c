#include "pipeline/image_batches.h"

namespace splitbench {

ImageBatches consecutive_batches(std::size_t images, std::size_t size) {
  ImageBatches batches;
  for (std::size_t i = 0; i < images; ++i) {
    if (i % size == 0) batches.emplace_back();
    batches.back().push_back(i);
  }
  return batches;
}

ImageBatches even_batches(const std::vector<std::size_t>& images, std::size_t size) {
  const std::size_t count = (images.size() + size - 1) / size;
  ImageBatches batches(count);
  for (std::size_t b = 0; b < count; ++b) {
    const auto place = [&](std::size_t batch) {
      return images.begin() + static_cast<std::ptrdiff_t>(images.size() * batch / count);
    };
    batches[b].assign(place(b), place(b + 1));
  }
  return batches;
}

}  // namespace splitbench
