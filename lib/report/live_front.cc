#include "report/live_front.h"

#include <algorithm>
#include <cstddef>

#include "base/units.h"
#include "core/split.h"
#include "report/scatter_plot.h"
#include "report/table.h"

namespace splitbench {
namespace {

constexpr std::size_t kRows = 10;
constexpr std::size_t kColumns = 80;
constexpr double kLosses[] = {0, 0.01, 0.02, 0.05, 0.1};

std::vector<const Cell*> sent_cells(const std::vector<Cell>& cells) {
  std::vector<const Cell*> sent;
  for (const Cell& cell : cells) {
    const bool device_only = cell.key.split == split_kind_name(SplitKind::kDeviceOnly);
    if (cell.status == CellStatus::kOk && !device_only) sent.push_back(&cell);
  }
  return sent;
}

double loss_of(const Cell& cell) { return accuracy_loss(cell.accuracy).loss; }

// The fewest bytes first, and of those the least loss.
bool cheaper(const Cell* a, const Cell* b) {
  if (a->payload_bytes.mean != b->payload_bytes.mean) {
    return a->payload_bytes.mean < b->payload_bytes.mean;
  }
  return loss_of(*a) < loss_of(*b);
}

// Of cells in the order of cheaper(), those that lose less than all before them.
std::vector<const Cell*> front_of(const std::vector<const Cell*>& cells) {
  std::vector<const Cell*> front;
  for (const Cell* cell : cells) {
    if (front.empty() || loss_of(*cell) < loss_of(*front.back())) front.push_back(cell);
  }
  return front;
}

std::string heading(const std::vector<Cell>& cells, std::size_t measured, std::size_t front) {
  std::string text = std::to_string(measured) + " cells measured";
  for (const CellStatus status :
       {CellStatus::kStopped, CellStatus::kUnsupported, CellStatus::kFailed}) {
    const auto count = std::count_if(cells.begin(), cells.end(),
                                     [&](const Cell& cell) { return cell.status == status; });
    if (count != 0) text += ", " + std::to_string(count) + " " + cell_status_name(status);
  }
  return front == 0 ? text + "\n" : text + "; " + std::to_string(front) + " on the front (o)\n";
}

std::string plot(const std::vector<const Cell*>& cells, const std::vector<const Cell*>& front) {
  std::vector<PlotPoint> points;
  for (const Cell* cell : cells) points.push_back({cell->payload_bytes.mean, loss_of(*cell), '.'});
  for (const Cell* cell : front) points.push_back({cell->payload_bytes.mean, loss_of(*cell), 'o'});
  return scatter_plot(points, kRows);
}

// Losses that nothing keeps to have no row.
std::string least_bytes(const std::vector<const Cell*>& front) {
  Table table;
  table.columns = {{"within", "loss up to", Unit::kFraction},
                   {"payload", "payload", Unit::kBytes},
                   {"loss", "loss", Unit::kFraction},
                   {"split", "split", Unit::kText},
                   {"codec", "codec", Unit::kSpec}};
  for (const Cell* cell : front) table.all_specs.push_back(cell->key.codec);
  for (const double loss : kLosses) {
    const auto found = std::find_if(front.begin(), front.end(),
                                    [&](const Cell* cell) { return loss_of(*cell) <= loss; });
    if (found == front.end()) continue;
    const Cell& cell = **found;
    table.rows.push_back(
        {loss, cell.payload_bytes.mean, loss_of(cell), cell.key.split, cell.key.codec});
  }
  return table.rows.empty() ? "" : text_table(table, kColumns);
}

std::string cut_lines(const std::string& text) {
  std::string cut;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    cut += text.substr(begin, std::min(end - begin, kColumns)) + "\n";
    begin = end + 1;
  }
  return cut;
}

}  // namespace

std::string live_front(const std::vector<Cell>& cells) {
  std::vector<const Cell*> measured = sent_cells(cells);
  std::sort(measured.begin(), measured.end(), cheaper);
  const std::vector<const Cell*> front = front_of(measured);
  std::string text = heading(cells, measured.size(), front.size());
  if (!measured.empty()) text += plot(measured, front) + least_bytes(front);
  return cut_lines(text);
}

}  // namespace splitbench
