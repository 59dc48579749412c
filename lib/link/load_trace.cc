#include "link/load_trace.h"

#include <utility>
#include <vector>

#include "link/trace_rows.h"

namespace splitbench {

StepTrace parse_load_trace(std::string_view text, const std::string& name) {
  std::vector<TraceStep> steps;
  for_each_row(text, name, 2, [&](std::size_t, const std::vector<double>& numbers) {
    steps.push_back({numbers[0], numbers[1]});
  });
  const std::size_t count = steps.size();
  const double last_s = count > 1 ? steps[count - 1].start_s - steps[count - 2].start_s : 1;
  const double end_s = count > 0 ? steps.back().start_s + last_s : 0;
  return named_trace(std::move(steps), end_s, name);
}

}  // namespace splitbench
