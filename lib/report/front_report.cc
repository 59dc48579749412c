#include "report/front_report.h"

#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "report/page.h"

namespace splitbench {
namespace {

Table points_for_people(const FrontSet& fronts) {
  Table table;
  for (const Front& front : fronts.fronts) {
    for (const FrontPoint& point : front.points) table.all_specs.push_back(point.codec);
  }
  table.columns = {{"split", "split", Unit::kName},      {"codec", "codec", Unit::kSpec},
                   {"payload", "payload", Unit::kBytes}, {"loss", "loss", Unit::kFraction},
                   {"ci", "95 % interval", Unit::kText}, {"encode", "encode", Unit::kSeconds},
                   {"chance", "~", Unit::kText}};
  for (const FrontPoint& point : fronts.fronts.front().points) {
    const Interval& ci = point.accuracy_loss_ci95;
    table.rows.push_back({point.split, point.codec, point.payload_bytes, point.accuracy_loss,
                          format_plain(ci.low * 100) + ".." + format_plain(ci.high * 100),
                          point.encode_s, std::string(point.statistically_dominated ? "~" : "")});
  }
  return table;
}

Table points_for_programs(const FrontSet& fronts) {
  Table table;
  table.columns = {{"scope", "", Unit::kText},
                   {"split", "", Unit::kName},
                   {"codec", "", Unit::kSpec},
                   {"payload_bytes", "", Unit::kBytes},
                   {"accuracy_loss", "", Unit::kFraction},
                   {"accuracy_loss_ci95_low", "", Unit::kFraction},
                   {"accuracy_loss_ci95_high", "", Unit::kFraction},
                   {"encode_s", "", Unit::kSeconds},
                   {"decode_s", "", Unit::kSeconds},
                   {"statistically_dominated", "", Unit::kText}};
  for (const Front& front : fronts.fronts) {
    for (const FrontPoint& point : front.points) {
      table.rows.push_back({front.scope, point.split, point.codec, point.payload_bytes,
                            point.accuracy_loss, point.accuracy_loss_ci95.low,
                            point.accuracy_loss_ci95.high, point.encode_s, point.decode_s,
                            std::string(point.statistically_dominated ? "true" : "false")});
    }
  }
  return table;
}

Table other_fronts(const FrontSet& fronts) {
  Table table;
  table.columns = {{"scope", "front", Unit::kText},
                   {"points", "points", Unit::kCount},
                   {"smallest", "smallest payload", Unit::kBytes},
                   {"hypervolume", "hypervolume", Unit::kNumber}};
  for (std::size_t i = 1; i < fronts.fronts.size(); ++i) {
    const Front& front = fronts.fronts[i];
    const Value smallest =
        front.points.empty() ? Value() : Value(front.points.front().payload_bytes);
    table.rows.push_back(
        {front.scope, static_cast<double>(front.points.size()), smallest, front.hypervolume});
  }
  return table;
}

// Cells of the plot from a value: 0 at `low`, `count` - 1 at `high`.
std::size_t place(double value, double low, double high, std::size_t count) {
  if (!(high > low)) return 0;
  const double share = std::clamp((value - low) / (high - low), 0.0, 1.0);
  return static_cast<std::size_t>(std::lround(share * static_cast<double>(count - 1)));
}

// Loss upwards over the logarithm of the payload.
std::string scatter(const Front& front) {
  constexpr std::size_t kColumns = 64;
  constexpr std::size_t kRows = 12;
  const auto log_bytes = [](const FrontPoint& p) {
    return std::log10(std::max(p.payload_bytes, 1.0));
  };
  const auto by_loss = [](const FrontPoint& a, const FrontPoint& b) {
    return a.accuracy_loss < b.accuracy_loss;
  };
  const auto [least, most] = std::minmax_element(front.points.begin(), front.points.end(), by_loss);
  const FrontPoint& smallest = front.points.front();  // ascending payload
  const FrontPoint& largest = front.points.back();
  std::vector<std::string> rows(kRows, std::string(kColumns, ' '));
  for (const FrontPoint& point : front.points) {
    const std::size_t row =
        kRows - 1 - place(point.accuracy_loss, least->accuracy_loss, most->accuracy_loss, kRows);
    rows[row][place(log_bytes(point), log_bytes(smallest), log_bytes(largest), kColumns)] =
        point.statistically_dominated ? '~' : 'o';
  }
  std::string text;
  for (std::size_t i = 0; i < kRows; ++i) {
    std::string label = i == 0           ? format_percent(most->accuracy_loss)
                        : i == kRows - 1 ? format_percent(least->accuracy_loss)
                                         : "";
    label.insert(0, 9 - std::min<std::size_t>(9, label.size()), ' ');
    text += label + " |" + rows[i].substr(0, rows[i].find_last_not_of(' ') + 1) + "\n";
  }
  const std::string low = format_bytes(smallest.payload_bytes);
  const std::string high = format_bytes(largest.payload_bytes);
  const std::size_t gap = kColumns - std::min(kColumns, low.size() + high.size());
  return text + "          +" + std::string(kColumns, '-') + "\n           " + low +
         std::string(gap, ' ') + high + "\n";
}

}  // namespace

std::string render(const FrontSet& fronts, ReportFormat format) {
  if (format == ReportFormat::kCsv) return csv_table(points_for_programs(fronts));
  Page page(format);
  page.title("Pareto front");
  if (fronts.fronts.empty() || fronts.fronts.front().points.empty()) {
    page.paragraph("There is no measured cell to build a front from.");
    return page.take();
  }
  const Front& all = fronts.fronts.front();
  page.paragraph(
      "No other combination needs fewer bytes, loses less accuracy and encodes faster "
      "than one of these. The 95 % interval of the loss is in per cent; ~ marks a point "
      "whose lower loss than a cheaper one may be chance. Settings that all specs of a codec share "
      "are left out.");
  page.table(points_for_people(fronts));
  page.paragraph(
      "Hypervolume " + format_plain(all.hypervolume) + " of the box up to " +
      format_bytes(fronts.reference_bytes) + ", a loss from " + format_percent(fronts.ideal_loss) +
      " to " + format_percent(fronts.reference_loss) + " and " +
      format_duration(fronts.reference_s) + " of encoding, the worst of all cells measured.");
  page.heading("Accuracy loss over payload (logarithmic)");
  page.verbatim(scatter(all));
  if (fronts.fronts.size() > 1) {
    page.heading("By split and by codec");
    page.table(other_fronts(fronts));
  }
  return page.take();
}

}  // namespace splitbench
