#include "io/trace_file.h"

#include <map>

#include "io/json.h"

namespace splitbench {
namespace {

constexpr int kProcess = 1;
constexpr double kMicroseconds = 1e6;

Json thread_name(const std::string& track, int thread) {
  Json event;
  event["name"] = "thread_name";
  event["ph"] = "M";
  event["pid"] = kProcess;
  event["tid"] = thread;
  event["args"]["name"] = track;
  return event;
}

Json complete_event(const TraceSpan& span, int thread) {
  Json event;
  event["name"] = span.name;
  event["cat"] = span.category;
  event["ph"] = "X";
  event["ts"] = span.start_s * kMicroseconds;
  event["dur"] = span.duration_s * kMicroseconds;
  event["pid"] = kProcess;
  event["tid"] = thread;
  return event;
}

}  // namespace

std::string trace_document(const std::vector<TraceSpan>& spans) {
  Json trace;
  Json& events = trace["traceEvents"];
  events = Json::array();
  std::map<std::string, int> threads;
  for (const TraceSpan& span : spans) {
    const auto [track, is_new] = threads.emplace(span.track, static_cast<int>(threads.size()) + 1);
    if (is_new) events.push_back(thread_name(span.track, track->second));
    events.push_back(complete_event(span, track->second));
  }
  trace["displayTimeUnit"] = "ms";
  return document_text(trace, "trace");
}

}  // namespace splitbench
