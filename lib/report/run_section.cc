#include "report/run_section.h"

#include "base/units.h"

namespace splitbench {
namespace {

std::string machine_text(const RunRecord& run) {
  const Environment& machine = run.environment;
  std::string text = "Run " + run.utc + " on " + machine.host;
  if (machine.board) text += " (" + *machine.board + ")";
  text += ": " + machine.cpu + ", " + std::to_string(machine.cpus) + " CPUs, " +
          std::to_string(run.threads) + (run.threads == 1 ? " thread" : " threads");
  text += ", governor " + machine.governor.value_or("unknown");
  if (machine.temperature_c) text += ", " + format_plain(*machine.temperature_c) + " degrees C";
  if (machine.throttled.value_or(false)) text += ", throttled";
  return text + "; " + run.build_type + " build.";
}

}  // namespace

void append_run_section(Page& page, const RunRecord& run) {
  page.heading("Validity");
  page.paragraph(machine_text(run));
  page.paragraph(run.validity.valid ? "The measurement is valid."
                                    : "The measurement is NOT valid; take it again:");
  for (const std::string& reason : run.validity.reasons) page.bullet(reason);
  for (const std::string& warning : run.warnings) page.bullet("warning: " + warning);
}

}  // namespace splitbench
