#include "link_option.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"
#include "base/spec.h"
#include "io/link_file.h"
#include "io/profile_library.h"
#include "link/link.h"
#include "trace_option.h"

namespace splitbench {
namespace {

constexpr char kTrace[] = "trace:";
constexpr char kProfile[] = ",link=";

Link fixed_link(const std::string& text, const std::vector<std::string>& folders) {
  if (text.find('=') != std::string::npos) return parse_link(text);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(text, ignored)) return read_link_file(text);
  if (const auto path = find_named("links", text, folders)) return read_link_file(*path);
  throw bad_input("no link '" + text + "': neither a file nor a name in profiles/links" +
                  suggestion(text, list_named("links", folders)) +
                  "; or write it out: rate=8Mbit,rtt=20ms");
}

// ",link=lte,rtt=20ms": the link with that name, unset without one, and the other fields.
std::optional<Link> take_profile(std::string& fields, const std::vector<std::string>& folders) {
  const std::size_t start = fields.find(kProfile);
  if (start == std::string::npos) return std::nullopt;
  const std::size_t name = start + std::string(kProfile).size();
  const std::size_t end = std::min(fields.find(',', name), fields.size());
  const Link link = fixed_link(fields.substr(name, end - name), folders);
  fields.erase(start, end - start);
  return link;
}

// "trace:FILE,rtt=20ms": the trace, and the link's other fields.
void resolve_trace(const std::string& text, const std::vector<std::string>& folders,
                   PlanRequest& request, RunRecorder& recorder) {
  TraceName name = parse_trace_name(text.substr(std::string(kTrace).size()));
  if (name.fields.find(",rate=") != std::string::npos) {
    throw bad_input("link '" + text + "' has a rate and a trace; leave one out");
  }
  std::optional<Link> profile = take_profile(name.fields, folders);
  if (profile && !name.fields.empty()) {
    throw bad_input("link '" + text + "' has a profile and figures of its own: " +
                    name.fields.substr(1) + "; leave one out");
  }
  RateTrace trace = read_rate_trace(name, recorder);
  if (!profile && name.fields.find(",rtt=") == std::string::npos) {
    name.fields += ",rtt=0ms";
    recorder.warning("the link '" + text + "' has no round trip and counts none; add ,rtt=20ms");
  }
  const double mean_bps = trace.rate_bps.mean();
  request.trace_file = name.file;
  request.trace_format = trace.format;
  request.trace = std::make_shared<StepTrace>(std::move(trace.rate_bps));
  const std::string source = "rate_bps: the mean of the trace '" + name.file + "'";
  if (profile) {
    request.link = *profile;
    request.link.rate_bps = mean_bps;
    if (request.link.downlink_follows) request.link.downlink_bps = mean_bps;
    request.link.source =
        source + ". The rest is of the link '" + profile->name + "': " + profile->source;
  } else {
    request.link = parse_link("rate=" + format_number(mean_bps) + "bit" + name.fields);
    request.link.source = source;
  }
  request.link.name = text;
}

}  // namespace

void resolve_link(const std::string& text, const std::vector<std::string>& folders,
                  PlanRequest& request, RunRecorder& recorder) {
  if (text.rfind(kTrace, 0) == 0) {
    resolve_trace(text, folders, request, recorder);
  } else {
    request.link = fixed_link(text, folders);
  }
}

}  // namespace splitbench
