#include "link_option.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/error.h"
#include "base/nearest.h"
#include "base/spec.h"
#include "io/link_file.h"
#include "io/profile_library.h"
#include "io/step_trace_file.h"
#include "link/link.h"

namespace splitbench {
namespace {

constexpr char kTrace[] = "trace:";

// "trace:FILE,rtt=20ms": the file, and the link's other fields.
void resolve_trace(const std::string& text, PlanRequest& request, RunRecorder& recorder) {
  const std::size_t start = std::string(kTrace).size();
  const std::size_t comma = std::min(text.find(',', start), text.size());
  request.trace_file = text.substr(start, comma - start);
  std::string fields = text.substr(comma);
  if (fields.find(",rate=") != std::string::npos) {
    throw bad_input("link '" + text + "' has a rate and a trace; leave one out");
  }
  if (fields.find(",rtt=") == std::string::npos) {
    fields += ",rtt=0ms";
    recorder.warning("the link '" + text + "' has no round trip and counts none; add ,rtt=20ms");
  }
  request.trace = std::make_shared<StepTrace>(read_rate_trace(request.trace_file));
  request.link = parse_link("rate=" + format_number(request.trace->mean()) + "bit" + fields);
  request.link.name = text;
  request.link.source = "the mean of the trace '" + request.trace_file + "'";
  recorder.add_input(request.trace_file);
}

Link fixed_link(const std::string& text, const std::vector<std::string>& folders) {
  if (text.find('=') != std::string::npos) return parse_link(text);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(text, ignored)) return read_link_file(text);
  if (const auto path = find_named("links", text, folders)) return read_link_file(*path);
  throw bad_input("no link '" + text + "': neither a file nor a name in profiles/links" +
                  suggestion(text, list_named("links", folders)) +
                  "; or write it out: rate=8Mbit,rtt=20ms");
}

}  // namespace

void resolve_link(const std::string& text, const std::vector<std::string>& folders,
                  PlanRequest& request, RunRecorder& recorder) {
  if (text.rfind(kTrace, 0) == 0) {
    resolve_trace(text, request, recorder);
  } else {
    request.link = fixed_link(text, folders);
  }
}

}  // namespace splitbench
