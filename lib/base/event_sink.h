// How the library speaks: it never prints, it tells an EventSink that the application owns.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace splitbench {

// A state of long work, reported as often as the worker likes; the sink decides what to draw.
struct Progress {
  std::string stage;      // "capture", "sweep", "profile"
  std::size_t done = 0;   // items finished
  std::size_t total = 0;  // items in all; 0 when unknown
  std::string unit;       // "images", "cells", "runs"
  std::string detail;     // what is in work now, may be empty
  // Where the worker knows better than done, total and the clock tell.
  std::string pace = {};              // "850 images/s"; empty for units a second
  std::optional<double> left_s = {};  // seconds
};

// Implementations must accept calls from any thread.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // Something the user should know and the document records; one line, says what to do.
  virtual void warning(const std::string& message) = 0;
  virtual void note(const std::string& message) = 0;
  virtual void progress(const Progress& progress) = 0;
  // Lines, each ending in a newline, that take the place of those shown before, for who looks on
  // while the work goes on; with an empty text the last ones stay for good. Mostly nobody does.
  virtual void show(const std::string& /*lines*/) {}
};

// Discards everything: for tests and for callers that do not care.
class NullSink : public EventSink {
 public:
  void warning(const std::string&) override {}
  void note(const std::string&) override {}
  void progress(const Progress&) override {}
};

}  // namespace splitbench
