#include "lathe/kernels/buffer.h"

#include <cstdlib>
#include <map>
#include <mutex>
#include <new>

namespace lathe::kernels {
namespace {

struct Pool {
  std::mutex mutex;
  std::multimap<int64_t, void*> free;  // by size
  int64_t bytes = 0;
};

constexpr int64_t most_bytes = 64 << 20;

Pool& pool() {
  static Pool* const only = new Pool;  // never destroyed: buffers of other static objects may come back later
  return *only;
}

}  // namespace

void* take_memory(int64_t bytes) {
  {
    const std::lock_guard lock(pool().mutex);
    if (const auto found = pool().free.find(bytes); found != pool().free.end()) {
      void* memory = found->second;
      pool().free.erase(found);
      pool().bytes -= bytes;
      return memory;
    }
  }
  void* memory = std::aligned_alloc(64, static_cast<size_t>(bytes));
  if (!memory) throw std::bad_alloc();
  return memory;
}

void give_back(void* memory, int64_t bytes) {
  {
    const std::lock_guard lock(pool().mutex);
    if (pool().bytes + bytes <= most_bytes) {
      pool().free.emplace(bytes, memory);
      pool().bytes += bytes;
      return;
    }
  }
  std::free(memory);
}

}  // namespace lathe::kernels
