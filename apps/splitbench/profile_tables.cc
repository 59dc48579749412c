#include "profile_tables.h"

#include <optional>

#include "base/units.h"
#include "io/device_file.h"
#include "io/link_file.h"
#include "io/manifest_file.h"
#include "io/profile_library.h"

namespace splitbench {
namespace {

// "0.438 W per Mbit/s + 1.29 W".
Value radio_text(const Link& link) {
  if (!link.radio) return {};
  return format_plain(link.radio->alpha_w_per_mbps) + " W per Mbit/s + " +
         format_plain(link.radio->beta_w) + " W";
}

Value figure(const std::optional<SourcedFigure>& figure) {
  return figure ? Value(figure->value) : Value();
}

// The sources of all figures, for JSON and the table's last column.
std::string sources_text(const DeviceProfile& device) {
  std::string text;
  for (const DeviceFigure& known : device_figures()) {
    const auto& found = device.*known.member;
    if (found) text += (text.empty() ? "" : "; ") + std::string(known.key) + ": " + found->source;
  }
  return text;
}

}  // namespace

Table models_table(const std::vector<std::string>& folders) {
  Table table{{{"name", "model", Unit::kName},
               {"input_shape", "input"},
               {"dataset", "dataset"},
               {"reference_accuracy", "accuracy", Unit::kFraction},
               {"source", "source"}},
              {},
              {}};
  for (const std::string& name : list_named("models", folders)) {
    const ModelManifest model = read_model_manifest(*find_named("models", name, folders));
    Value accuracy;
    if (model.reference_accuracy) accuracy = *model.reference_accuracy;
    table.rows.push_back({name, model.input_shape ? shape_text(*model.input_shape) : "",
                          model.dataset, accuracy, model.source});
  }
  return table;
}

Table links_table(const std::vector<std::string>& folders) {
  Table table{{{"name", "link", Unit::kName},
               {"rate_bps", "uplink", Unit::kBitsPerSecond},
               {"downlink_bps", "downlink", Unit::kBitsPerSecond},
               {"rtt_s", "round trip", Unit::kSeconds},
               {"radio", "radio, sending"},
               {"source", "source"}},
              {},
              {}};
  for (const std::string& name : list_named("links", folders)) {
    const Link link = read_link_file(*find_named("links", name, folders));
    table.rows.push_back(
        {name, link.rate_bps, link.downlink_bps, link.rtt_s, radio_text(link), link.source});
  }
  return table;
}

Table devices_table(const std::vector<std::string>& folders) {
  Table table{{{"name", "device", Unit::kName},
               {"board", "board"},
               {"idle_w", "idle W"},
               {"busy_w", "busy W"},
               {"cpus", "CPUs"},
               {"cpu_hz", "CPU Hz", Unit::kCount},
               {"memory_bytes", "memory", Unit::kBytes},
               {"source", "source"}},
              {},
              {}};
  for (const std::string& name : list_named("devices", folders)) {
    const DeviceProfile device = read_device_file(*find_named("devices", name, folders));
    table.rows.push_back({name, device.board, figure(device.idle_w), figure(device.busy_w),
                          figure(device.cpus), figure(device.cpu_hz), figure(device.memory_bytes),
                          sources_text(device)});
  }
  return table;
}

}  // namespace splitbench
