#include "pipeline/merge_sweeps.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "io/cells_file.h"
#include "io/front_document.h"
#include "io/sweep_manifest.h"
#include "io/text_file.h"
#include "pipeline/sweep_folder.h"

namespace splitbench {
namespace {

namespace fs = std::filesystem;

using Name = std::pair<std::string, std::string>;  // split and codec

struct Part {
  std::string folder;
  SweepManifest manifest;
  std::vector<Cell> cells;
};

std::string cell_text(const Name& name) { return name.first + " " + name.second; }

std::vector<Part> read_parts(const std::vector<std::string>& folders, RunRecorder& recorder) {
  std::vector<Part> parts;
  for (const std::string& folder : folders) {
    Part part{folder, read_sweep_manifest(folder), {}};
    std::vector<std::string> warnings;
    if (fs::exists(cells_path(folder))) part.cells = read_cells(folder, &warnings);
    for (const std::string& warning : warnings) recorder.warning(warning);
    recorder.add_input((fs::path(folder) / "sweep.json").string());
    parts.push_back(std::move(part));
  }
  return parts;
}

void require_same_sweep(const std::vector<Part>& parts) {
  SweepManifest first = parts.front().manifest;
  for (const Part& part : parts) {
    SweepManifest manifest = part.manifest;
    manifest.points = first.points;  // cells are comparable however they were chosen
    if (manifest.shard && first.shard) manifest.shard->shard.index = first.shard->shard.index;
    const std::string differs = difference(first, manifest);
    first.bottlenecks.insert(manifest.bottlenecks.begin(), manifest.bottlenecks.end());
    if (differs.empty()) continue;
    throw bad_input(part.folder + " does not belong to the sweep of " + parts.front().folder +
                    ": " + differs + "; merge folders of one sweep only");
  }
}

bool same_result(const Cell& a, const Cell& b) {
  return a.key == b.key && a.status == b.status && a.reason == b.reason &&
         a.payload_bytes.mean == b.payload_bytes.mean &&
         a.payload_bytes.p50 == b.payload_bytes.p50 && a.payload_bytes.p95 == b.payload_bytes.p95 &&
         a.payload_bytes.max == b.payload_bytes.max && a.correct_bits == b.correct_bits;
}

// The cells of all parts, each once.
class Union {
 public:
  void add(const Part& part) {
    // A retried cell stands in the file twice; the later one counts.
    std::map<Name, const Cell*> own;
    for (const Cell& cell : part.cells) {
      const Name name{cell.key.split, cell.key.codec};
      if (own.insert_or_assign(name, &cell).second && cells_.count(name) == 0) {
        order_.push_back(name);
      }
    }
    for (const auto& [name, cell] : own) add(name, *cell, part.folder);
  }

  bool has(const Name& name) const { return cells_.count(name) != 0; }
  const Cell& at(const Name& name) const { return cells_.at(name).cell; }
  const std::vector<Name>& order() const { return order_; }  // of first appearance
  std::size_t repeated() const { return repeated_; }

 private:
  struct Entry {
    Cell cell;
    std::string folder;
  };

  void add(const Name& name, const Cell& cell, const std::string& folder) {
    const auto [found, added] = cells_.try_emplace(name, Entry{cell, folder});
    if (added) return;
    ++repeated_;
    Entry& entry = found->second;
    const bool was_failed = entry.cell.status == CellStatus::kFailed;
    const bool is_failed = cell.status == CellStatus::kFailed;
    if (was_failed && !is_failed) entry = Entry{cell, folder};
    if (was_failed || is_failed || same_result(entry.cell, cell)) return;
    throw bad_input("the cell '" + cell_text(name) + "' is in " + entry.folder + " and in " +
                    folder + " with other results; leave one of them out");
  }

  std::map<Name, Entry> cells_;
  std::vector<Name> order_;
  std::size_t repeated_ = 0;
};

std::string list_text(const std::vector<std::string>& items) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == items.size() ? " and " : ", ") + items[i];
  }
  return text;
}

void require_all_shards(const std::vector<Part>& parts, std::size_t count) {
  std::set<std::size_t> present;
  for (const Part& part : parts) present.insert(part.manifest.shard->shard.index);
  std::vector<std::string> missing;
  for (std::size_t index = 1; index <= count; ++index) {
    if (present.count(index) == 0) missing.push_back(shard_text({index, count}));
  }
  if (missing.empty()) return;
  constexpr std::size_t kNamed = 8;
  const std::size_t unnamed = missing.size() - std::min(missing.size(), kNamed);
  missing.resize(missing.size() - unnamed);
  if (unnamed != 0) missing.push_back(std::to_string(unnamed) + " more");
  throw bad_input("of the shards, " + list_text(missing) + (missing.size() == 1 ? " is" : " are") +
                  " missing; measure with --shard, or name the folders");
}

// Every cell of the whole sweep must be there; names the first shard that has not done its share.
void require_all_cells(const std::vector<Part>& parts, const SweepShard& whole,
                       const Union& cells) {
  const std::vector<std::size_t> owners = deal_cells(whole.cells.size(), whole.shard.count);
  std::map<std::size_t, std::size_t> missing;  // by shard
  for (std::size_t i = 0; i < owners.size(); ++i) {
    if (!cells.has({whole.cells[i].split, whole.cells[i].codec})) ++missing[owners[i]];
  }
  if (missing.empty()) return;
  const auto [index, count] = *missing.begin();
  for (const Part& part : parts) {
    if (part.manifest.shard->shard.index != index) continue;
    throw bad_input(part.folder + " is not finished: " + std::to_string(count) +
                    " cells of shard " + shard_text(part.manifest.shard->shard) +
                    " are missing; finish it with --resume");
  }
}

void copy_calibrations(const std::vector<Part>& parts, const std::string& target) {
  for (const Part& part : parts) {
    std::error_code none;
    for (const auto& file : fs::directory_iterator(fs::path(part.folder) / "calibration", none)) {
      const fs::path copy = fs::path(target) / "calibration" / file.path().filename();
      const std::string bytes = read_text_file(file.path().string());
      if (fs::exists(copy)) {
        if (read_text_file(copy.string()) == bytes) continue;
        throw bad_input(file.path().string() + " is not the calibration that " + copy.string() +
                        " holds; merge into a new folder");
      }
      fs::create_directories(copy.parent_path(), none);
      write_text_file(copy.string(), bytes);
    }
  }
}

}  // namespace

MergedSweep merge_sweeps(const std::vector<std::string>& folders, const std::string& target,
                         RunRecorder& recorder) {
  const std::vector<Part> parts = read_parts(folders, recorder);
  require_same_sweep(parts);
  Union cells;
  for (const Part& part : parts) cells.add(part);
  SweepManifest manifest = parts.front().manifest;
  for (const Part& part : parts) {
    manifest.points = std::max(manifest.points, part.manifest.points);
    manifest.bottlenecks.insert(part.manifest.bottlenecks.begin(), part.manifest.bottlenecks.end());
  }
  std::vector<Name> order = cells.order();
  if (manifest.shard) {
    require_all_shards(parts, manifest.shard->shard.count);
    require_all_cells(parts, *manifest.shard, cells);
    order.clear();
    for (const CellName& cell : manifest.shard->cells) order.emplace_back(cell.split, cell.codec);
    manifest.shard.reset();
  }
  MergedSweep merged;
  for (const Name& name : order) merged.cells.push_back(cells.at(name));
  merged.repeated = cells.repeated();
  for (const Cell& cell : merged.cells) merged.failed += cell.status == CellStatus::kFailed ? 1 : 0;
  merged.fronts = pareto_fronts(merged.cells);

  const SweepFolder folder(target, manifest, ExistingSweep::kRefuse, recorder);
  copy_calibrations(parts, target);
  write_cells(target, merged.cells);
  write_text_file(target + "/front.json", front_document(merged.fronts, recorder.finish()));
  return merged;
}

}  // namespace splitbench
