// Memory for the network's tensors that is used again, run after run.
//
// Activations of a batch are blocks of many megabytes. The system takes these back as soon as they
// are freed and clears them page by page when it gives them out again. A pool keeps them instead,
// but never more than were in use at once.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>

namespace splitbench::torch_nn {

// Thread-safe. It is never destroyed: LibTorch keeps tensors beyond the end of main().
class BlockPool {
 public:
  // Uninitialised, aligned for every instruction; null when there is no memory.
  void* take(std::size_t bytes);
  // Back to the pool it came from. Null is ignored.
  static void give_back(void* memory);

 private:
  struct Header;
  using Blocks = std::multimap<std::size_t, Header*>;  // by size

  Header* pop(Blocks::iterator block);
  Header* reuse(std::size_t bytes);
  void make_room(std::size_t bytes);

  std::mutex mutex_;
  Blocks free_;
  std::size_t free_bytes_ = 0, used_bytes_ = 0, most_used_bytes_ = 0;
};

// Makes LibTorch allocate the memory of CPU tensors from a pool, for the rest of the process. Once
// is enough.
void use_block_pool();

}  // namespace splitbench::torch_nn
