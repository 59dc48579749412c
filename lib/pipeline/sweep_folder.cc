#include "pipeline/sweep_folder.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "io/race_file.h"

namespace splitbench {
namespace {

namespace fs = std::filesystem;

// The option that names the folder on the command line.
std::string folder_option(ExistingSweep existing) {
  return existing == ExistingSweep::kExtend ? "--cells" : "-o";
}

std::string lock_path(const std::string& folder, const std::string& option) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) {
    throw bad_input(folder + ": cannot write there (" + failed.message() +
                    "); choose another folder with " + option);
  }
  return folder + "/.lock";
}

bool has_bytes(const std::string& path) {
  std::error_code missing;
  return fs::file_size(path, missing) > 0 && !missing;
}

}  // namespace

SweepFolder::SweepFolder(const std::string& path, const SweepManifest& manifest,
                         ExistingSweep existing, RunRecorder& recorder)
    : path_(path),
      lock_(lock_path(path, folder_option(existing)),
            path +
                ": another splitbench is at work in this folder; wait for it or choose another "
                "with " +
                folder_option(existing)) {
  const std::string cells = cells_path(path);
  // A run that ended before its first cell leaves nothing that would have to be protected.
  const bool present = has_bytes(cells) || has_bytes(race_path(path));
  if (present && existing == ExistingSweep::kRefuse) {
    throw bad_input(path +
                    " already holds a sweep; go on with --resume, start over with --fresh, "
                    "or choose another folder with -o");
  }
  if (present && existing != ExistingSweep::kFresh) {
    const SweepManifest there = read_sweep_manifest(path);
    const std::string differs = difference(there, manifest);
    if (!differs.empty()) {
      throw bad_input(path + " holds another sweep: " + differs +
                      (existing == ExistingSweep::kExtend
                           ? "; repeat its settings, or name another folder with --cells"
                           : "; repeat its settings, start over with --fresh, or choose another "
                             "folder"));
    }
    write_if_more(manifest, there, recorder);
    if (repair_torn_tail(cells)) {
      recorder.warning(cells + ": the last line was cut off by a kill and is measured again");
    }
    if (repair_torn_tail(race_path(path))) {
      recorder.warning(race_path(path) +
                       ": the last line was cut off by a kill and is measured again");
    }
    if (fs::exists(cells)) {
      for (const Cell& cell : read_cells(path, nullptr)) keep(cell);
    }
  } else {
    std::error_code ignored;
    fs::remove(cells, ignored);
    remove_race(path);
    fs::remove(path + "/front.json", ignored);
    write_sweep_manifest(path, manifest, recorder.finish());
  }
  file_ = std::make_unique<CellsFile>(cells);
}

// A search for more points, or learned codecs that were not there.
void SweepFolder::write_if_more(SweepManifest wanted, const SweepManifest& there,
                                const RunRecorder& recorder) const {
  const std::size_t files = there.bottlenecks.size();
  wanted.bottlenecks.insert(there.bottlenecks.begin(), there.bottlenecks.end());
  if (there.points >= wanted.points && wanted.bottlenecks.size() == files) return;
  wanted.points = std::max(wanted.points, there.points);
  write_sweep_manifest(path_, wanted, recorder.finish());
}

bool SweepFolder::finished(const CellKey& key, bool retry_failed) const {
  const Cell* found = find(key);
  if (found == nullptr) return false;
  if (found->stop) {
    const Cell* dominating = find(found->stop->split, found->stop->codec);
    return dominating == nullptr || dominating->status != CellStatus::kFailed;
  }
  return !(retry_failed && found->status == CellStatus::kFailed) ||
         std::count(appended_.begin(), appended_.end(), key) != 0;
}

const Cell* SweepFolder::find(const CellKey& key) const {
  const auto found =
      std::find_if(cells_.begin(), cells_.end(), [&](const Cell& cell) { return cell.key == key; });
  return found == cells_.end() ? nullptr : &*found;
}

const Cell* SweepFolder::find(const std::string& split, const std::string& codec) const {
  const auto found = std::find_if(cells_.begin(), cells_.end(), [&](const Cell& cell) {
    return cell.key.split == split && cell.key.codec == codec;
  });
  return found == cells_.end() ? nullptr : &*found;
}

void SweepFolder::append(const Cell& cell) {
  file_->append(cell);
  appended_.push_back(cell.key);
  keep(cell);
  if (listener_) listener_(cells_);
}

void SweepFolder::report_to(std::function<void(const std::vector<Cell>&)> listener) {
  listener_ = std::move(listener);
  if (listener_) listener_(cells_);
}

void SweepFolder::keep(const Cell& cell) {
  const auto found = std::find_if(cells_.begin(), cells_.end(),
                                  [&](const Cell& other) { return other.key == cell.key; });
  if (found != cells_.end()) {
    *found = cell;
  } else {
    cells_.push_back(cell);
  }
}

}  // namespace splitbench
