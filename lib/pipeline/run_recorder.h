// Collects the run record of a document while a command works.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/event_sink.h"
#include "core/run_record.h"
#include "measure/validity.h"

namespace splitbench {

// Observes the machine on construction, so make it before the work starts. It is an EventSink that
// passes everything on and keeps the warnings for the record. warning() may be called from any
// thread, the rest from one.
class RunRecorder : public EventSink {
 public:
  RunRecorder(std::vector<std::string> argv, EventSink& sink);

  void set_threads(int threads) { record_.threads = threads; }
  void set_seed(std::uint64_t seed) { record_.seed = seed; }
  // Hashes the file.
  void add_input(const std::string& path);
  void add_library(const std::string& name, const std::string& version);

  void warning(const std::string& message) override;
  void note(const std::string& message) override { sink_.note(message); }
  void progress(const Progress& progress) override { sink_.progress(progress); }

  // The record of a run without timings of its own (plan).
  RunRecord finish() const { return record_; }
  // The record of a run that measured: judged by the machine before and after.
  RunRecord finish(std::size_t fewest_samples, bool warm_up_stable,
                   const LatencySummary& end_to_end);

 private:
  EventSink& sink_;
  RunRecord record_;
  std::mutex mutex_;  // of the warnings
  std::optional<std::uint64_t> throttle_before_;
};

}  // namespace splitbench
