#include "report/front_report.h"

#include "base/error.h"
#include "base/nearest.h"
#include "base/units.h"
#include "report/page.h"
#include "report/scatter_plot.h"

namespace splitbench {
namespace {

const Front& front_of(const FrontSet& fronts, const std::string& scope) {
  std::vector<std::string> scopes;
  for (const Front& front : fronts.fronts) {
    if (front.scope == scope) return front;
    scopes.push_back(front.scope);
  }
  throw bad_input("no front of '" + scope + "'" + suggestion(scope, scopes));
}

Table points_for_people(const FrontSet& fronts, const Front& shown) {
  Table table;
  for (const Front& front : fronts.fronts) {
    for (const FrontPoint& point : front.points) table.all_specs.push_back(point.codec);
  }
  table.columns = {{"split", "split", Unit::kName},      {"codec", "codec", Unit::kSpec},
                   {"payload", "payload", Unit::kBytes}, {"loss", "loss", Unit::kFraction},
                   {"ci", "95 % interval", Unit::kText}, {"encode", "encode", Unit::kSeconds},
                   {"chance", "~", Unit::kText}};
  for (const FrontPoint& point : shown.points) {
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

Table other_fronts(const FrontSet& fronts, const Front& shown) {
  Table table;
  table.columns = {{"scope", "front", Unit::kText},
                   {"points", "points", Unit::kCount},
                   {"smallest", "smallest payload", Unit::kBytes},
                   {"hypervolume", "hypervolume", Unit::kNumber}};
  for (const Front& front : fronts.fronts) {
    if (&front == &shown) continue;
    const Value smallest =
        front.points.empty() ? Value() : Value(front.points.front().payload_bytes);
    table.rows.push_back(
        {front.scope, static_cast<double>(front.points.size()), smallest, front.hypervolume});
  }
  return table;
}

std::string scatter(const Front& front) {
  constexpr std::size_t kRows = 12;
  std::vector<PlotPoint> points;
  for (const FrontPoint& point : front.points) {
    points.push_back(
        {point.payload_bytes, point.accuracy_loss, point.statistically_dominated ? '~' : 'o'});
  }
  return scatter_plot(points, kRows);
}

}  // namespace

std::string render(const FrontSet& fronts, ReportFormat format, const std::string& scope) {
  if (format == ReportFormat::kCsv) return csv_table(points_for_programs(fronts));
  Page page(format);
  page.title(scope == "all" ? "Pareto front" : "Pareto front of " + printable(scope));
  if (fronts.fronts.empty() || fronts.fronts.front().points.empty()) {
    page.paragraph("There is no measured cell to build a front from.");
    return page.take();
  }
  const Front& shown = front_of(fronts, scope);
  page.paragraph(
      "No other combination needs fewer bytes, loses less accuracy and encodes faster "
      "than one of these. The 95 % interval of the loss is in per cent; ~ marks a point "
      "whose lower loss than a cheaper one may be chance. Settings that all specs of a codec share "
      "are left out.");
  page.table(points_for_people(fronts, shown));
  page.paragraph(
      "Hypervolume " + format_plain(shown.hypervolume) + " of the box up to " +
      format_bytes(fronts.reference_bytes) + ", a loss from " + format_percent(fronts.ideal_loss) +
      " to " + format_percent(fronts.reference_loss) + " and " +
      format_duration(fronts.reference_s) + " of encoding, the worst of all cells measured.");
  page.heading("Accuracy loss over payload (logarithmic)");
  page.verbatim(scatter(shown));
  if (fronts.fronts.size() > 1) {
    page.heading(scope == "all" ? "By split and by codec" : "Other fronts");
    page.table(other_fronts(fronts, shown));
  }
  return page.take();
}

}  // namespace splitbench
