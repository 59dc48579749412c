// What a person sees while the program works: progress, notes and warnings, all on stderr.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "base/event_sink.h"

namespace splitbench {

// On a terminal one line that is redrawn, elsewhere a plain line now and then; with rate and time
// left. Colour only on a terminal and without NO_COLOR. What is shown stands above that line, on a
// terminal that can move its cursor only. No mode of the terminal is changed, so that there is
// nothing to restore, however the process ends.
class TerminalSink : public EventSink {
 public:
  TerminalSink();
  ~TerminalSink() override;

  void set_quiet(bool quiet) { quiet_ = quiet; }  // no progress and no notes; warnings stay

  void warning(const std::string& message) override;
  void note(const std::string& message) override;
  void progress(const Progress& progress) override;
  void show(const std::string& lines) override;
  // The one line that ends a failed run.
  void error(const std::string& message);

 private:
  void clear_line();
  void clear_all();
  void draw(const std::string& line);
  void say(const char* label, const char* colour, const std::string& message);

  std::mutex mutex_;
  bool terminal_ = false;
  bool moves_cursor_ = false;
  bool colour_ = false;
  bool quiet_ = false;
  bool line_drawn_ = false;
  std::vector<std::string> shown_;  // lines
  std::size_t drawn_ = 0;           // of them, right above the progress line
  std::string stage_;
  double stage_start_s_ = 0;
  double last_shown_s_ = 0;
};

// "3:07", "1:02:33", "0:00".
std::string clock_text(double seconds);

}  // namespace splitbench
