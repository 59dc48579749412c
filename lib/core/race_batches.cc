#include "core/race_batches.h"

#include <algorithm>
#include <numeric>

#include "base/rng.h"

namespace splitbench {
namespace {

using Images = std::vector<std::size_t>;

// Enough to see which cells are worth comparing, few enough to lose little on hopeless ones.
constexpr std::size_t kBatch = 16;

// Images in blocks, as many as a batch has images; an image is to be had at each place of a block,
// but for empty ones.
class Blocks {
 public:
  Blocks(Images members, const std::vector<RaceImage>& images, Rng& rng)
      : empty_(images.size()), places_(std::max<std::size_t>(members.size() / kBatch, 1)) {
    rng.shuffle(members);
    std::stable_sort(members.begin(), members.end(), [&](std::size_t i, std::size_t j) {
      return images[i].stratum < images[j].stratum;
    });
    members.resize((members.size() + places_ - 1) / places_ * places_, empty_);
    for (auto next = members.begin(); next != members.end();
         next += static_cast<std::ptrdiff_t>(places_)) {
      blocks_.emplace_back(next, next + static_cast<std::ptrdiff_t>(places_));
      rng.shuffle(blocks_.back());
    }
  }

  std::size_t places() const { return places_; }

  Images take(std::size_t first, std::size_t last) const {
    Images batch;
    for (const Images& block : blocks_) {
      for (std::size_t place = first; place < std::min(last, places_); ++place) {
        if (block[place] != empty_) batch.push_back(block[place]);
      }
    }
    return batch;
  }

 private:
  std::size_t empty_, places_;
  std::vector<Images> blocks_;
};

void add(Images batch, std::vector<Images>& batches) {
  if (!batch.empty()) batches.push_back(std::move(batch));
}

void add_growing(const Blocks& blocks, std::vector<Images>& batches) {
  for (std::size_t first = 0; first < blocks.places();) {
    const std::size_t last = std::max(first + 1, first + first / 6);
    add(blocks.take(first, last), batches);
    first = last;
  }
}

}  // namespace

std::vector<std::vector<std::size_t>> race_batches(const std::vector<RaceImage>& images,
                                                   std::uint64_t seed) {
  Rng rng(seed);
  Images all(images.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const Blocks fair(all, images, rng);
  std::vector<Images> batches;
  for (std::size_t place = 0; place < kFairRaceBatches; ++place) {
    add(fair.take(place, place + 1), batches);
  }
  const Images left = fair.take(kFairRaceBatches, fair.places());
  for (const bool solved : {false, true}) {
    Images part;
    std::copy_if(left.begin(), left.end(), std::back_inserter(part),
                 [&](std::size_t i) { return images[i].solved == solved; });
    add_growing(Blocks(std::move(part), images, rng), batches);
  }
  return batches;
}

}  // namespace splitbench
