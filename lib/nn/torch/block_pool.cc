#include "nn/torch/block_pool.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <new>

namespace splitbench::torch_nn {
namespace {

constexpr std::size_t kAlignment = 64;
// Smaller blocks are malloc's business: it keeps those itself.
constexpr std::size_t kSmallestKept = std::size_t{128} << 10;
// A block serves if at most this much of it is left unused: one in so many of what is wanted.
constexpr std::size_t kTolerance = 8;

// Straight from the system: what malloc is given back it may keep, in pieces that fit nothing else.
void* map_block(std::size_t bytes) {
  void* const memory =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

void* small_block(std::size_t bytes) {
  return std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
}

class PoolAllocator : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) const override {
    void* memory = bytes == 0 ? nullptr : pool_.take(bytes);
    TORCH_CHECK_WITH(OutOfMemoryError, memory != nullptr || bytes == 0, "cannot allocate ", bytes,
                     " bytes for a tensor");
    return {memory, memory, &BlockPool::give_back, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &BlockPool::give_back; }

 private:
  mutable BlockPool pool_;
};

}  // namespace

// Before every block.
struct alignas(kAlignment) BlockPool::Header {
  BlockPool* pool;  // null where malloc keeps it
  std::size_t bytes;
};

void* BlockPool::take(std::size_t bytes) {
  Header* header = nullptr;
  const bool kept = bytes >= kSmallestKept;
  if (kept) {
    const std::lock_guard<std::mutex> lock(mutex_);
    header = reuse(bytes);
    used_bytes_ += header == nullptr ? bytes : header->bytes;
    most_used_bytes_ = std::max(most_used_bytes_, used_bytes_);
  }
  if (header == nullptr) {
    void* const memory = (kept ? map_block : small_block)(sizeof(Header) + bytes);
    if (memory == nullptr) {
      const std::lock_guard<std::mutex> lock(mutex_);
      used_bytes_ -= kept ? bytes : 0;
      return nullptr;
    }
    header = new (memory) Header{kept ? this : nullptr, bytes};
  }
  return header + 1;
}

void BlockPool::give_back(void* memory) {
  if (memory == nullptr) return;
  Header* header = static_cast<Header*>(memory) - 1;
  if (header->pool == nullptr) {
    std::free(header);
    return;
  }
  BlockPool& pool = *header->pool;
  const std::lock_guard<std::mutex> lock(pool.mutex_);
  pool.used_bytes_ -= header->bytes;
  pool.free_bytes_ += header->bytes;
  pool.free_.emplace(header->bytes, header);
}

BlockPool::Header* BlockPool::pop(Blocks::iterator block) {
  Header* header = block->second;
  free_bytes_ -= header->bytes;
  free_.erase(block);
  return header;
}

// The smallest block that is large enough, unless it is much larger. Where there is no room for
// another, one that does not fit is made to: only the pages it lacks are new. Null when there is
// none, and room for another.
BlockPool::Header* BlockPool::reuse(std::size_t bytes) {
  const auto found = free_.lower_bound(bytes);
  if (found != free_.end() && found->first <= bytes + bytes / kTolerance) return pop(found);
  Header* header = nullptr;
  if (used_bytes_ + free_bytes_ + bytes > most_used_bytes_ && !free_.empty()) {
    header = pop(found == free_.end() ? std::prev(found) : found);
  }
  make_room(bytes);
  if (header == nullptr) return nullptr;
  void* const moved =
      mremap(header, sizeof(Header) + header->bytes, sizeof(Header) + bytes, MREMAP_MAYMOVE);
  if (moved == MAP_FAILED) {
    munmap(header, sizeof(Header) + header->bytes);
    return nullptr;
  }
  header = static_cast<Header*>(moved);
  header->bytes = bytes;
  return header;
}

// Frees blocks, the largest first, until another makes no more of them than were ever in use.
void BlockPool::make_room(std::size_t bytes) {
  const std::size_t most = std::max(most_used_bytes_, used_bytes_ + bytes);
  while (!free_.empty() && used_bytes_ + bytes + free_bytes_ > most) {
    Header* const largest = pop(std::prev(free_.end()));
    munmap(largest, sizeof(Header) + largest->bytes);
  }
}

void use_block_pool() {
  static auto* const allocator = new PoolAllocator;
  c10::SetCPUAllocator(allocator);
}

}  // namespace splitbench::torch_nn
