#include "lathe/data/row_prefetch.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"

namespace lathe {
namespace {

/// What a map may hold of memory before it is given back. A touched row brings its neighbours in the file along: up to a
/// large page.
constexpr int64_t kHeldBytes = int64_t{256} << 20, kAroundBytes = int64_t{2} << 20;

/// Copies rows; small ones each on the calling thread alone.
class Reader {
 public:
  explicit Reader(at::Tensor values) : values_(std::move(values)) {}

  at::Tensor read(std::span<const int64_t> rows) {
    const at::NoGradGuard no_gradients;
    std::vector<int64_t> sizes = values_.sizes().vec();
    for (const int64_t row : rows)
      check(row >= 0 && row < sizes[0], "row {} is not there (expected 0 to {})", row, sizes[0] - 1);
    sizes[0] = static_cast<int64_t>(rows.size());
    at::Tensor copy = at::empty(sizes, values_.options());
    for (size_t i = 0; i < rows.size(); ++i) {
      copy.select(0, static_cast<int64_t>(i)).copy_(values_.select(0, rows[i]));
      held_ += kAroundBytes + static_cast<int64_t>(values_.nbytes()) / std::max<int64_t>(1, values_.size(0));
      if (held_ < kHeldBytes) continue;
      MappedFile::forget(values_.const_data_ptr());
      held_ = 0;
    }
    return copy;
  }

 private:
  at::Tensor values_;
  int64_t held_ = 0;
};

/// Where `part` begins in `all`, as neighbours; -1 where it does not.
int64_t place_of(std::span<const int64_t> part, const std::vector<int64_t>& all) {
  const auto found = std::search(all.begin(), all.end(), part.begin(), part.end());
  return part.empty() || found == all.end() ? -1 : found - all.begin();
}

}  // namespace

/// One job at a time: its rows, and when `done` what was read. The reader belongs to whoever holds the
/// turn: the thread while a job is not done, the caller else.
struct RowPrefetch::State {
  explicit State(at::Tensor values) : reader(std::move(values)), thread([this] { work(); }) {}
  ~State() {
    {
      const std::lock_guard lock(mutex);
      ended = true;
    }
    changed.notify_all();
    thread.join();
  }

  Reader reader;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<int64_t> rows;
  at::Tensor result;
  bool done = true, ended = false;
  std::thread thread;  // last: it works with all of the above

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return ended || !done; });
      if (ended) return;
      lock.unlock();
      at::Tensor read;
      try {
        read = reader.read(rows);
      } catch (...) {  // whoever takes these rows reads them again, and is told
      }
      lock.lock();
      result = read;
      done = true;
      changed.notify_all();
    }
  }
};

RowPrefetch::RowPrefetch(at::Tensor values) : state_(std::make_unique<State>(std::move(values))) {}
RowPrefetch::~RowPrefetch() = default;

void RowPrefetch::expect(std::span<const int64_t> rows) {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  state.changed.wait(lock, [&] { return state.done; });
  state.rows.assign(rows.begin(), rows.end());
  state.result = at::Tensor();
  state.done = false;
  state.changed.notify_all();
}

at::Tensor RowPrefetch::take(std::span<const int64_t> rows) {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  state.changed.wait(lock, [&] { return state.done; });
  const int64_t place = place_of(rows, state.rows);
  if (place >= 0 && state.result.defined()) return state.result.narrow(0, place, static_cast<int64_t>(rows.size()));
  return state.reader.read(rows);
}

}  // namespace lathe
