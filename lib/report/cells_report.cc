#include "report/cells_report.h"

#include <algorithm>
#include <map>
#include <set>

#include "report/page.h"

namespace splitbench {
namespace {

Value optional_value(const std::optional<double>& value) { return value ? Value(*value) : Value(); }

Table cells_for_people(const std::vector<Cell>& cells) {
  Table table;
  table.columns = {{"split", "split", Unit::kName},      {"codec", "codec", Unit::kSpec},
                   {"payload", "payload", Unit::kBytes}, {"ratio", "ratio", Unit::kNumber},
                   {"encode", "encode", Unit::kSeconds}, {"decode", "decode", Unit::kSeconds},
                   {"loss", "loss", Unit::kFraction}};
  for (const Cell& cell : cells) {
    if (cell.status != CellStatus::kOk) continue;
    table.rows.push_back({cell.key.split, cell.key.codec, cell.payload_bytes.mean, cell.ratio,
                          cell.encode.median, cell.decode.median,
                          accuracy_loss(cell.accuracy).loss});
  }
  return table;
}

const std::vector<Column>& csv_columns() {
  static const std::vector<Column> columns = {{"split", "", Unit::kName},
                                              {"codec", "", Unit::kSpec},
                                              {"dataset", "", Unit::kText},
                                              {"images", "", Unit::kCount},
                                              {"seed", "", Unit::kText},
                                              {"status", "", Unit::kText},
                                              {"reason", "", Unit::kText},
                                              {"payload_bytes_mean", "", Unit::kBytes},
                                              {"payload_bytes_p50", "", Unit::kBytes},
                                              {"payload_bytes_p95", "", Unit::kBytes},
                                              {"payload_bytes_max", "", Unit::kBytes},
                                              {"boundary_bytes", "", Unit::kBytes},
                                              {"ratio", "", Unit::kNumber},
                                              {"encode_median_s", "", Unit::kSeconds},
                                              {"encode_p95_s", "", Unit::kSeconds},
                                              {"decode_median_s", "", Unit::kSeconds},
                                              {"decode_p95_s", "", Unit::kSeconds},
                                              {"top1", "", Unit::kFraction},
                                              {"baseline_top1", "", Unit::kFraction},
                                              {"accuracy_loss", "", Unit::kFraction},
                                              {"accuracy_loss_ci95_low", "", Unit::kFraction},
                                              {"accuracy_loss_ci95_high", "", Unit::kFraction},
                                              {"agreement", "", Unit::kFraction},
                                              {"mcnemar_p", "", Unit::kNumber},
                                              {"encoder_split", "", Unit::kName},
                                              {"encoder_parameters", "", Unit::kCount},
                                              {"decoder_parameters", "", Unit::kCount}};
  return columns;
}

Table cells_for_programs(const std::vector<Cell>& cells) {
  Table table;
  table.columns = csv_columns();
  for (const Cell& cell : cells) {
    std::vector<Value> row = {cell.key.split,
                              cell.key.codec,
                              cell.key.dataset,
                              static_cast<double>(cell.key.images),
                              std::to_string(cell.key.seed),
                              std::string(cell_status_name(cell.status)),
                              cell.reason};
    if (cell.status == CellStatus::kOk) {
      const CellAccuracy& accuracy = cell.accuracy;
      const PairedLoss loss = accuracy_loss(accuracy);
      row.insert(
          row.end(),
          {cell.payload_bytes.mean, cell.payload_bytes.p50, cell.payload_bytes.p95,
           cell.payload_bytes.max, static_cast<double>(cell.boundary_bytes), cell.ratio,
           cell.encode.median, cell.encode.p95, cell.decode.median, cell.decode.p95,
           optional_value(accuracy.top1), optional_value(accuracy.baseline_top1), loss.loss,
           loss.ci95.low, loss.ci95.high, accuracy.agreement, optional_value(accuracy.mcnemar_p)});
      if (cell.bottleneck) {
        row.insert(row.end(), {cell.bottleneck->encoder_split,
                               static_cast<double>(cell.bottleneck->encoder_parameters),
                               static_cast<double>(cell.bottleneck->decoder_parameters)});
      }
    }
    row.resize(table.columns.size());
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string summary_text(const std::vector<Cell>& cells) {
  std::map<std::string, std::size_t> statuses;
  std::set<std::string> splits;
  std::set<std::string> codecs;
  std::set<std::string> datasets;
  for (const Cell& cell : cells) {
    ++statuses[cell_status_name(cell.status)];
    splits.insert(cell.key.split);
    codecs.insert(cell.key.codec);
    datasets.insert(cell.key.dataset + ", " + std::to_string(cell.key.images) + " images");
  }
  std::string text = std::to_string(cells.size()) + " cells over " + std::to_string(splits.size()) +
                     " splits and " + std::to_string(codecs.size()) + " codecs (";
  bool first = true;
  for (const auto& [status, count] : statuses) {
    text += (first ? "" : ", ") + std::to_string(count) + " " + status;
    first = false;
  }
  text += ").";
  for (const std::string& dataset : datasets) text += " Dataset: " + dataset + ".";
  return text;
}

void render_bottlenecks(const std::vector<Cell>& cells, Page& page) {
  Table table;
  table.columns = {
      {"split", "split", Unit::kName},           {"codec", "codec", Unit::kSpec},
      {"encoder_split", "encodes", Unit::kName}, {"encoder_parameters", "encoder", Unit::kCount},
      {"encoder_macs", "MACs", Unit::kCount},    {"decoder_parameters", "decoder", Unit::kCount},
      {"decoder_macs", "MACs", Unit::kCount},    {"tail", "tail", Unit::kText}};
  for (const Cell& cell : cells) {
    table.all_specs.push_back(cell.key.codec);
    if (!cell.bottleneck) continue;
    const CellBottleneck& part = *cell.bottleneck;
    table.rows.push_back(
        {cell.key.split, cell.key.codec, part.encoder_split,
         static_cast<double>(part.encoder_parameters), static_cast<double>(part.encoder_macs),
         static_cast<double>(part.decoder_parameters), static_cast<double>(part.decoder_macs),
         std::string(part.fine_tuned_tail ? "fine-tuned" : "")});
  }
  if (table.rows.empty()) return;
  page.heading("Learned codecs");
  page.paragraph(
      "They encode the boundary of one split (server-only: the network's input) and decode to that "
      "of another; encoder and decoder: parameters that device and server store beside the model.");
  page.table(table);
}

void render_stopped(const std::vector<Cell>& cells, Page& page) {
  Table table;
  table.columns = {{"split", "split", Unit::kName},
                   {"codec", "codec", Unit::kSpec},
                   {"other_split", "by split", Unit::kName},
                   {"other_codec", "by codec", Unit::kSpec},
                   {"images", "images", Unit::kCount}};
  for (const Cell& cell : cells) {
    table.all_specs.push_back(cell.key.codec);
    if (!cell.stop) continue;
    table.rows.push_back({cell.key.split, cell.key.codec, cell.stop->split, cell.stop->codec,
                          static_cast<double>(cell.stop->evidence.accuracy.images)});
  }
  if (table.rows.empty()) return;
  page.heading("Stopped by the race");
  page.paragraph(
      "Beyond chance, another cell costs no more bytes and is no less accurate but for the race's "
      "margin; images: how many it took to see.");
  page.table(table);
}

bool without_labels(const Cell& cell) {
  return cell.status == CellStatus::kOk && !cell.accuracy.loss;
}

}  // namespace

std::string render(const std::vector<Cell>& cells, ReportFormat format) {
  if (format == ReportFormat::kCsv) return csv_table(cells_for_programs(cells));
  Page page(format);
  page.title("Sweep");
  if (cells.empty()) {
    page.paragraph("There are no cells.");
    return page.take();
  }
  page.paragraph(summary_text(cells));
  page.paragraph(
      "payload: mean bytes on the wire per input, headers included; ratio: payload "
      "over the uncompressed boundary; encode, decode: medians; loss: accuracy given "
      "up against the uncompressed model on the same images.");
  if (std::any_of(cells.begin(), cells.end(), without_labels)) {
    page.paragraph("Cells without labels show 1 - agreement with the uncompressed model as loss.");
  }
  page.table(cells_for_people(cells));
  render_bottlenecks(cells, page);
  render_stopped(cells, page);
  const auto explained = [](const Cell& cell) {
    return cell.status == CellStatus::kOk || cell.stop;
  };
  if (!std::all_of(cells.begin(), cells.end(), explained)) page.heading("Not measured");
  for (const Cell& cell : cells) {
    if (explained(cell)) continue;
    page.bullet(cell.key.split + " with " + cell.key.codec + ": " + cell_status_name(cell.status) +
                (cell.reason.empty() ? "" : ", " + cell.reason));
  }
  return page.take();
}

}  // namespace splitbench
