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

std::size_t terminal_columns() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : kDefaultColumns;
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
  colour_ = terminal_ && !dumb && (no_colour == nullptr || *no_colour == '\0');
}

TerminalSink::~TerminalSink() { clear_line(); }

void TerminalSink::clear_line() {
  if (line_drawn_) std::fputs("\r\033[K", stderr);
  line_drawn_ = false;
}

void TerminalSink::say(const char* label, const char* colour, const std::string& message) {
  clear_line();
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
  std::fprintf(stderr, "\r\033[K%s", text.substr(0, terminal_columns() - 1).c_str());
  std::fflush(stderr);
  line_drawn_ = true;
  if (finished) clear_line();
}

}  // namespace splitbench
