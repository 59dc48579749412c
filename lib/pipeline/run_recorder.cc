#include "pipeline/run_recorder.h"

#include "base/clock.h"
#include "io/sha256.h"
#include "measure/environment.h"

namespace splitbench {

RunRecorder::RunRecorder(std::vector<std::string> argv, EventSink& sink)
    : sink_(sink), throttle_before_(throttle_count()) {
  record_.argv = std::move(argv);
  record_.utc = utc_now();
  record_.environment = probe_environment();
  record_.build_type = SPLITBENCH_BUILD_TYPE;
}

void RunRecorder::add_input(const std::string& path) {
  record_.inputs.push_back({path, sha256_file(path)});
}

void RunRecorder::add_library(const std::string& name, const std::string& version) {
  record_.libraries[name] = version;
}

void RunRecorder::warning(const std::string& message) {
  const std::lock_guard<std::mutex> lock(mutex_);
  record_.warnings.push_back(message);
  sink_.warning(message);
}

RunRecord RunRecorder::finish(std::size_t fewest_samples, bool warm_up_stable,
                              const LatencySummary& end_to_end) {
  RunObservations run;
  run.before = record_.environment;
  run.after = probe_environment();
  run.throttle_count_before = throttle_before_;
  run.throttle_count_after = throttle_count();
  run.build_type = record_.build_type;
  run.fewest_samples = fewest_samples;
  run.warm_up_stable = warm_up_stable;
  run.end_to_end = end_to_end;
  const Verdict verdict = judge(run);
  for (const std::string& text : verdict.warnings) warning(text);
  record_.validity = verdict.validity;
  if (run.throttle_count_before && run.throttle_count_after) {
    record_.environment.throttled = *run.throttle_count_after > *run.throttle_count_before;
  }
  return record_;
}

}  // namespace splitbench
