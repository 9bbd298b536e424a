#include "lathe/base/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "lathe/base/text.h"

namespace lathe {

ProgressLine::ProgressLine(std::string title, std::FILE* stream)
    : title_(std::move(title)), stream_(stream), terminal_(::isatty(::fileno(stream)) == 1) {}

ProgressLine::~ProgressLine() { finish(); }

static size_t width_of(std::FILE* stream) {
  winsize size{};
  return ::ioctl(::fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 100;
}

void ProgressLine::update(int64_t done, int64_t total, const std::string& note, double eta_seconds) {
  const double part = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0;
  constexpr size_t kBar = 20;
  const auto filled = std::min(kBar, static_cast<size_t>(part * kBar));
  std::string bar = std::string(filled, '=') + (filled < kBar ? ">" : "") + std::string(kBar, ' ');
  bar.resize(kBar);
  const bool done_now = done >= total;
  pending_ = fmt::format("{} {:3.0f}% [{}] {}/{}  {}{}", title_, part * 100, bar, done, total, note,
                         done_now ? "" : "  ETA " + human_seconds(eta_seconds));
  const auto now = Clock::now();
  const auto tenth = static_cast<int64_t>(part * 10);
  const double since = std::chrono::duration<double>(now - last_draw_).count();
  const bool due = terminal_ ? since > 0.1 : (tenth > last_tenth_ && since > 2);
  if (!due && !(done_now && terminal_)) return;
  last_tenth_ = tenth;
  last_draw_ = now;
  draw(pending_, false);
}

void ProgressLine::draw(const std::string& text, bool last) {
  if (terminal_) {
    std::string line = text.substr(0, width_of(stream_) - 1);
    std::fprintf(stream_, "\r\033[K%s%s", line.c_str(), last ? "\n" : "");
    open_ = !last;
  } else {
    std::fprintf(stream_, "%s\n", text.c_str());
  }
  std::fflush(stream_);
  pending_.clear();
}

void ProgressLine::finish() {
  if (!pending_.empty())
    draw(pending_, true);
  else if (open_)
    std::fprintf(stream_, "\n");
  open_ = false;
}

}  // namespace lathe
