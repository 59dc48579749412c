#include "pipeline/point_search.h"

#include <algorithm>
#include <string>

#include "core/rate_search.h"

namespace splitbench {
namespace {

std::vector<std::string> axis_values(const ConfiguredCodec& codec) {
  const RateAxis& axis = *codec.description.rate;
  const std::vector<OptionDescription>& options = codec.description.options;
  const auto option =
      std::find_if(options.begin(), options.end(),
                   [&](const OptionDescription& other) { return other.name == axis.option; });
  return rate_values(axis, option->type);
}

PointCell cell_at(const SweepJob& search, const std::string& value) {
  PointCell cell{search.key, at_rate(*search.codec, value)};
  cell.key.codec = cell.codec.spec;
  return cell;
}

// Without labels accuracy is agreement, and the uncompressed model always agrees with itself.
RateSearchSettings settings_for(PointSearchRules rules, const Cell* measured) {
  RateSearchSettings settings;
  settings.points = rules.points;
  const double accuracy = measured == nullptr ? 1 : measured->accuracy.baseline_top1.value_or(1);
  const double guessing = 1 / static_cast<double>(std::max<std::size_t>(rules.classes, 1));
  settings.chance_loss = std::max(accuracy - guessing, 2 * settings.no_loss);
  return settings;
}

std::optional<RatePoint> point_of(const Cell& cell) {
  if (cell.status != CellStatus::kOk) return std::nullopt;
  return RatePoint{cell.payload_bytes.mean, accuracy_loss(cell.accuracy).loss};
}

struct Replay {
  PointSearchState state;
  const Cell* measured = nullptr;  // any of the search
};

Replay replay(const SweepJob& search, const RateSearchSettings& settings, const KnownCell& known) {
  const std::vector<std::string> values = axis_values(*search.codec);
  RateSearch axis(values.size(), settings);
  Replay replay;
  std::size_t measured = 0;
  while (const std::optional<std::size_t> value = axis.next()) {
    PointCell cell = cell_at(search, values[*value]);
    const Cell* found = known(cell.key);
    if (found == nullptr) {
      replay.state.next = std::move(cell);
      replay.state.left = std::min(settings.points - measured, values.size() - replay.state.cells);
      break;
    }
    const std::optional<RatePoint> point = point_of(*found);
    axis.add(*value, point);
    ++replay.state.cells;
    measured += point ? 1 : 0;
    if (point) replay.measured = found;
  }
  return replay;
}

}  // namespace

PointSearchState search_points(const SweepJob& search, PointSearchRules rules,
                               const KnownCell& known) {
  // What is lost at chance depends on the model's accuracy, which any measured cell tells. Until
  // there is one, the search looks for the ends of the axis, whatever chance is.
  const Replay first = replay(search, settings_for(rules, nullptr), known);
  if (first.measured == nullptr) return first.state;
  return replay(search, settings_for(rules, first.measured), known).state;
}

std::vector<PointCell> failed_points(const SweepJob& search, const std::vector<Cell>& cells) {
  const std::string& option = search.codec->description.rate->option;
  const Spec searched = parse_spec(search.codec->spec);
  std::vector<PointCell> failed;
  for (const Cell& cell : cells) {
    CellKey key = cell.key;
    key.codec = search.key.codec;
    if (cell.status != CellStatus::kFailed || !(key == search.key)) continue;
    Spec spec = parse_spec(cell.key.codec);
    const auto value = spec.options.find(option);
    if (value == spec.options.end()) continue;
    const std::string setting = value->second;
    value->second = searched.options.at(option);
    if (spec.canonical() == search.codec->spec) failed.push_back(cell_at(search, setting));
  }
  return failed;
}

std::vector<PointCell> likely_points(const SweepJob& search, std::size_t count) {
  const std::vector<std::string> values = axis_values(*search.codec);
  count = std::min(count, values.size());
  std::vector<PointCell> cells;
  for (std::size_t i = 0; i < count; ++i) {
    cells.push_back(cell_at(search, values[(2 * i + 1) * values.size() / (2 * count)]));
  }
  return cells;
}

}  // namespace splitbench
