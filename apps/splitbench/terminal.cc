#include "terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/clock.h"
#include "base/units.h"

namespace splitbench {
namespace {

constexpr double kRedrawEvery_s = 0.2;
constexpr double kPlainLineEvery_s = 10;
constexpr std::size_t kDefaultColumns = 80;
constexpr std::size_t kDefaultRows = 24;

struct TerminalSize {
  std::size_t columns = kDefaultColumns, rows = kDefaultRows;
};

TerminalSize terminal_size() {
  winsize size{};
  const bool known =
      ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
  return known ? TerminalSize{size.ws_col, size.ws_row} : TerminalSize();
}

std::string progress_text(const Progress& progress, double elapsed_s) {
  std::string text = progress.stage + " " + std::to_string(progress.done);
  if (progress.total != 0) text += "/" + std::to_string(progress.total);
  text += " " + progress.unit;
  if (progress.done != 0 && elapsed_s > 0) {
    const double rate = static_cast<double>(progress.done) / elapsed_s;
    text += ", " + (progress.pace.empty() ? format_plain(rate) + "/s" : progress.pace);
    if (progress.total > progress.done) {
      const double at_this_rate = static_cast<double>(progress.total - progress.done) / rate;
      text += ", " + clock_text(progress.left_s.value_or(at_this_rate)) + " left";
    }
  }
  return progress.detail.empty() ? text : text + "  " + progress.detail;
}

}  // namespace

std::string clock_text(double seconds) {
  const auto whole = static_cast<long long>(seconds + 0.5);
  char text[32];
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60,
                  whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%lld:%02lld", whole / 60, whole % 60);
  }
  return text;
}

TerminalSink::TerminalSink() : terminal_(isatty(STDERR_FILENO) != 0) {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal != nullptr && std::string(terminal) == "dumb";
  moves_cursor_ = terminal_ && !dumb;
  colour_ = moves_cursor_ && (no_colour == nullptr || *no_colour == '\0');
}

TerminalSink::~TerminalSink() { clear_line(); }

void TerminalSink::clear_line() {
  if (line_drawn_) std::fputs("\r\033[K", stderr);
  line_drawn_ = false;
}

// What was shown comes back with the next progress.
void TerminalSink::clear_all() {
  clear_line();
  if (drawn_ != 0) std::fprintf(stderr, "\033[%zuA\033[J", drawn_);
  drawn_ = 0;
}

// Over what was drawn before.
void TerminalSink::draw(const std::string& line) {
  const TerminalSize size = terminal_size();
  std::string text = "\r";
  if (drawn_ != 0) text += "\033[" + std::to_string(drawn_) + "A";
  // All lines but the last two of the terminal: the progress, and where the shell goes on.
  const std::size_t lines =
      std::min(shown_.size(), size.rows - std::min<std::size_t>(size.rows, 2));
  for (std::size_t i = 0; i < lines; ++i) {
    text += "\033[K" + shown_[i].substr(0, size.columns - 1) + "\n";
  }
  text += (lines < drawn_ ? "\033[J" : "\033[K") + line.substr(0, size.columns - 1);
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
  drawn_ = lines;
  line_drawn_ = true;
}

void TerminalSink::say(const char* label, const char* colour, const std::string& message) {
  clear_all();
  if (colour_) {
    std::fprintf(stderr, "%s%s\033[0m%s\n", colour, label, message.c_str());
  } else {
    std::fprintf(stderr, "%s%s\n", label, message.c_str());
  }
}

void TerminalSink::warning(const std::string& message) {
  const std::lock_guard<std::mutex> lock(mutex_);
  say("warning: ", "\033[33m", message);
}

void TerminalSink::note(const std::string& message) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!quiet_) say("", "", message);
}

void TerminalSink::error(const std::string& message) {
  show("");
  const std::lock_guard<std::mutex> lock(mutex_);
  say("splitbench: ", "\033[31m", message);
}

void TerminalSink::progress(const Progress& progress) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (quiet_) return;
  const double now = monotonic_s();
  const bool new_stage = progress.stage != stage_;
  if (new_stage) {
    stage_ = progress.stage;
    stage_start_s_ = last_shown_s_ = now;
    if (!terminal_) return;
  }
  const bool finished = progress.total != 0 && progress.done == progress.total;
  const double every = terminal_ ? kRedrawEvery_s : kPlainLineEvery_s;
  if (!new_stage && !finished && now - last_shown_s_ < every) return;
  last_shown_s_ = now;
  const std::string text = progress_text(progress, now - stage_start_s_);
  if (!terminal_) {
    std::fprintf(stderr, "%s\n", text.c_str());
    return;
  }
  draw(text);
  if (finished) clear_line();
}

void TerminalSink::show(const std::string& lines) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!moves_cursor_ || quiet_) return;
  shown_.clear();
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin);
    shown_.push_back(lines.substr(begin, end - begin));
    begin = end + 1;
  }
  // What stays is not drawn over.
  if (shown_.empty()) drawn_ = 0;
}

}  // namespace splitbench
