#include "report/payload_report.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/spec.h"
#include "base/units.h"
#include "core/split.h"
#include "report/page.h"

namespace splitbench {
namespace {

// Losses and agreements are counts over images: what differs by less is the same.
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

// As in the network.
void sort_splits(std::vector<std::string>& splits, const std::vector<std::string>& network) {
  std::unordered_map<std::string, std::size_t> places;
  places.emplace(split_kind_name(SplitKind::kServerOnly), 0);
  for (const std::string& split : network) places.emplace(split, places.size());
  const auto place = [&](const std::string& split) {
    const auto found = places.find(split);
    return found == places.end() ? places.size() : found->second;
  };
  std::stable_sort(splits.begin(), splits.end(),
                   [&](const std::string& a, const std::string& b) { return place(a) < place(b); });
}

Comparison comparison_of(const std::vector<Cell>& cells, const std::vector<std::string>& network) {
  Comparison comparison;
  for (const Cell& cell : cells) {
    if (cell.status != CellStatus::kOk || cell.payload_bytes.mean == 0) continue;
    comparison.cells.push_back(&cell);
    add_once(comparison.splits, cell.key.split);
    add_once(comparison.codecs, codec_name(cell.key.codec));
  }
  sort_splits(comparison.splits, network);
  return comparison;
}

// One of the two.
struct Bound {
  std::optional<double> loss, agreement;

  bool holds(const Cell& cell) const {
    if (loss) return accuracy_loss(cell.accuracy).loss <= *loss + kRounding;
    return cell.accuracy.agreement >= *agreement - kRounding;
  }
  std::string heading() const {
    return loss ? "At most " + format_plain(*loss * 100) + " points of loss"
                : "At least " + format_plain(*agreement * 100) + " % of answers unchanged";
  }
};

std::vector<Bound> list_of(const PayloadBounds& bounds) {
  std::vector<Bound> list;
  for (const double loss : bounds.losses) list.push_back({loss, std::nullopt});
  for (const double agreement : bounds.agreements) list.push_back({std::nullopt, agreement});
  return list;
}

// The smallest cell of each split and codec within the bound.
using Smallest = std::map<std::pair<std::string, std::string>, const Cell*>;

Smallest smallest_within(const Comparison& comparison, const Bound& bound) {
  Smallest smallest;
  for (const Cell* cell : comparison.cells) {
    if (!bound.holds(*cell)) continue;
    const Cell*& best = smallest[{cell->key.split, codec_name(cell->key.codec)}];
    if (best == nullptr || cell->payload_bytes.mean < best->payload_bytes.mean) best = cell;
  }
  return smallest;
}

Table payload_table(const Comparison& comparison, const Bound& bound) {
  const Smallest smallest = smallest_within(comparison, bound);
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

Value value_of(const std::optional<double>& number) { return number ? Value(*number) : Value(); }

Table payloads_for_programs(const Comparison& comparison, const std::vector<Bound>& bounds) {
  Table table;
  table.columns = {{"max_loss", "", Unit::kFraction},
                   {"min_agreement", "", Unit::kFraction},
                   {"split", "", Unit::kName},
                   {"codec", "", Unit::kSpec},
                   {"payload_bytes", "", Unit::kBytes},
                   {"accuracy_loss", "", Unit::kFraction},
                   {"accuracy_loss_ci95_low", "", Unit::kFraction},
                   {"accuracy_loss_ci95_high", "", Unit::kFraction},
                   {"agreement", "", Unit::kFraction},
                   {"settings", "", Unit::kText},
                   {"calibration_bytes", "", Unit::kBytes}};
  for (const Bound& bound : bounds) {
    const Smallest smallest = smallest_within(comparison, bound);
    for (const std::string& split : comparison.splits) {
      for (const std::string& codec : comparison.codecs) {
        const auto found = smallest.find({split, codec});
        if (found == smallest.end()) continue;
        const Cell& cell = *found->second;
        const PairedLoss measured = accuracy_loss(cell.accuracy);
        table.rows.push_back(
            {value_of(bound.loss), value_of(bound.agreement), split, cell.key.codec,
             cell.payload_bytes.mean, measured.loss, measured.ci95.low, measured.ci95.high,
             cell.accuracy.agreement, cell.rate ? cell.rate->settings : cell.key.codec,
             cell.calibration ? Value(static_cast<double>(cell.calibration->bytes)) : Value()});
      }
    }
  }
  return table;
}

}  // namespace

std::string render_payloads(const std::vector<Cell>& cells, const PayloadBounds& bounds,
                            const std::vector<std::string>& splits, ReportFormat format) {
  const Comparison comparison = comparison_of(cells, splits);
  const std::vector<Bound> list = list_of(bounds);
  if (format == ReportFormat::kCsv) return csv_table(payloads_for_programs(comparison, list));
  Page page(format);
  page.title("Payload at equal accuracy");
  page.paragraph(
      "Mean bytes on the wire per input, headers included, of each codec's smallest measured "
      "setting whose accuracy loss, or share of changed answers, is within the one given. A dash: "
      "no setting is within it.");
  for (const Bound& bound : list) {
    page.heading(bound.heading());
    page.table(payload_table(comparison, bound));
  }
  return page.take();
}

}  // namespace splitbench
