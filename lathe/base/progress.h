/// One line that shows how far a job is: redrawn on a terminal, a plain line now and then elsewhere. Writes only to the
/// stream it is given.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace lathe {

class ProgressLine {
 public:
  /// @param stream  usually stderr, so that results on stdout stay clean
  ProgressLine(std::string title, std::FILE* stream);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// "train  35% [=====>     ] 180/512  loss 0.4123 …  ETA 41s"; at most ten times a second on a terminal, and elsewhere at
  /// every tenth of the way but not more often than every two seconds.
  void update(int64_t done, int64_t total, const std::string& note, double eta_seconds);
  /// Leaves the last state standing and ends the line.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  void draw(const std::string& text, bool last);

  std::string title_;
  std::FILE* stream_;
  bool terminal_;
  bool open_ = false;
  int64_t last_tenth_ = -1;
  std::string pending_;
  Clock::time_point last_draw_ = {};
};

}  // namespace lathe
