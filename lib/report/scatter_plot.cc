#include "report/scatter_plot.h"

#include <algorithm>
#include <cmath>

#include "base/units.h"

namespace splitbench {
namespace {

constexpr std::size_t kColumns = 64;
constexpr std::size_t kLabel = 9;

// Cells of the plot from a value: 0 at `low`, `count` - 1 at `high`.
std::size_t place(double value, double low, double high, std::size_t count) {
  if (!(high > low)) return 0;
  const double share = std::clamp((value - low) / (high - low), 0.0, 1.0);
  return static_cast<std::size_t>(std::lround(share * static_cast<double>(count - 1)));
}

double log_bytes(const PlotPoint& point) { return std::log10(std::max(point.payload_bytes, 1.0)); }

}  // namespace

std::string scatter_plot(const std::vector<PlotPoint>& points, std::size_t rows) {
  const auto [least, most] =
      std::minmax_element(points.begin(), points.end(),
                          [](const PlotPoint& a, const PlotPoint& b) { return a.loss < b.loss; });
  const auto [smallest, largest] = std::minmax_element(
      points.begin(), points.end(),
      [](const PlotPoint& a, const PlotPoint& b) { return a.payload_bytes < b.payload_bytes; });
  std::vector<std::string> lines(rows, std::string(kColumns, ' '));
  for (const PlotPoint& point : points) {
    const std::size_t row = rows - 1 - place(point.loss, least->loss, most->loss, rows);
    lines[row][place(log_bytes(point), log_bytes(*smallest), log_bytes(*largest), kColumns)] =
        point.mark;
  }
  std::string text;
  for (std::size_t i = 0; i < rows; ++i) {
    std::string label = i == 0          ? format_percent(most->loss)
                        : i == rows - 1 ? format_percent(least->loss)
                                        : "";
    label.insert(0, kLabel - std::min(kLabel, label.size()), ' ');
    text += label + " |" + lines[i].substr(0, lines[i].find_last_not_of(' ') + 1) + "\n";
  }
  const std::string low = format_bytes(smallest->payload_bytes);
  const std::string high = format_bytes(largest->payload_bytes);
  const std::size_t gap = kColumns - std::min(kColumns, low.size() + high.size());
  return text + "          +" + std::string(kColumns, '-') + "\n           " + low +
         std::string(gap, ' ') + high + "\n";
}

}  // namespace splitbench
