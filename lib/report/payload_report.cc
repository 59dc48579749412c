#include "report/payload_report.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/spec.h"
#include "base/units.h"
#include "report/page.h"

namespace splitbench {
namespace {

// Losses are counts over images: what differs by less is the same.
constexpr double kRounding = 1e-9;

// Names in the order in which they first appear.
void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

// The measured cells that send something, and their splits and codecs.
struct Comparison {
  std::vector<const Cell*> cells;
  std::vector<std::string> splits, codecs;
};

Comparison comparison_of(const std::vector<Cell>& cells) {
  Comparison comparison;
  for (const Cell& cell : cells) {
    if (cell.status != CellStatus::kOk || cell.payload_bytes.mean == 0) continue;
    comparison.cells.push_back(&cell);
    add_once(comparison.splits, cell.key.split);
    add_once(comparison.codecs, codec_name(cell.key.codec));
  }
  return comparison;
}

// The smallest cell of each split and codec within the loss.
using Smallest = std::map<std::pair<std::string, std::string>, const Cell*>;

Smallest smallest_within(const Comparison& comparison, double loss) {
  Smallest smallest;
  for (const Cell* cell : comparison.cells) {
    if (accuracy_loss(cell->accuracy).loss > loss + kRounding) continue;
    const Cell*& best = smallest[{cell->key.split, codec_name(cell->key.codec)}];
    if (best == nullptr || cell->payload_bytes.mean < best->payload_bytes.mean) best = cell;
  }
  return smallest;
}

Table payload_table(const Comparison& comparison, double loss) {
  const Smallest smallest = smallest_within(comparison, loss);
  Table table;
  table.columns = {{"split", "split", Unit::kName}};
  for (const std::string& codec : comparison.codecs) {
    table.columns.push_back({codec, codec, Unit::kCount});
  }
  for (const std::string& split : comparison.splits) {
    std::vector<Value> row = {split};
    for (const std::string& codec : comparison.codecs) {
      const auto found = smallest.find({split, codec});
      row.push_back(found == smallest.end() ? Value() : Value(found->second->payload_bytes.mean));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table payloads_for_programs(const Comparison& comparison, const std::vector<double>& losses) {
  Table table;
  table.columns = {{"max_loss", "", Unit::kFraction},
                   {"split", "", Unit::kName},
                   {"codec", "", Unit::kSpec},
                   {"payload_bytes", "", Unit::kBytes},
                   {"accuracy_loss", "", Unit::kFraction},
                   {"accuracy_loss_ci95_low", "", Unit::kFraction},
                   {"accuracy_loss_ci95_high", "", Unit::kFraction},
                   {"settings", "", Unit::kText},
                   {"calibration_bytes", "", Unit::kBytes}};
  for (const double loss : losses) {
    const Smallest smallest = smallest_within(comparison, loss);
    for (const std::string& split : comparison.splits) {
      for (const std::string& codec : comparison.codecs) {
        const auto found = smallest.find({split, codec});
        if (found == smallest.end()) continue;
        const Cell& cell = *found->second;
        const PairedLoss measured = accuracy_loss(cell.accuracy);
        table.rows.push_back(
            {loss, split, cell.key.codec, cell.payload_bytes.mean, measured.loss, measured.ci95.low,
             measured.ci95.high, cell.rate ? cell.rate->settings : cell.key.codec,
             cell.calibration ? Value(static_cast<double>(cell.calibration->bytes)) : Value()});
      }
    }
  }
  return table;
}

}  // namespace

std::string render_payloads(const std::vector<Cell>& cells, const std::vector<double>& losses,
                            ReportFormat format) {
  const Comparison comparison = comparison_of(cells);
  if (format == ReportFormat::kCsv) return csv_table(payloads_for_programs(comparison, losses));
  Page page(format);
  page.title("Payload at equal loss");
  page.paragraph(
      "Mean bytes on the wire per input, headers included, of each codec's smallest measured "
      "setting whose accuracy loss is at most the one given. A dash: no setting is within it.");
  for (const double loss : losses) {
    page.heading("At most " + format_plain(loss * 100) + " points of loss");
    page.table(payload_table(comparison, loss));
  }
  return page.take();
}

}  // namespace splitbench
