// The folder of a sweep: its manifest, its cells, and the lock that keeps others out.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/event_sink.h"
#include "core/cell.h"
#include "io/cells_file.h"
#include "io/file_lock.h"
#include "io/sweep_manifest.h"
#include "pipeline/run_sweep.h"

namespace splitbench {

class SweepFolder {
 public:
  // Opens or creates `path` for the sweep of `manifest`. Locks it as long as this object lives.
  // Throws Error{kBadInput} as run_sweep() says.
  SweepFolder(const std::string& path, const SweepManifest& manifest, ExistingSweep existing,
              RunRecorder& recorder);

  const std::string& path() const { return path_; }
  // The cells so far. A later cell of the same key replaces an earlier one (a failure retried).
  const std::vector<Cell>& cells() const { return cells_; }
  const Cell* find(const CellKey& key) const;  // null when there is none
  // Whether the cell need not be measured again: with `retry_failed` one that failed must be,
  // unless this object appended it. One that a race stopped must be when the cell that dominates it
  // has failed since.
  bool finished(const CellKey& key, bool retry_failed) const;
  void append(const Cell& cell);
  // Tells `listener`, unless it is empty, the cells now and after each append().
  void report_to(std::function<void(const std::vector<Cell>&)> listener);
  std::size_t appended() const { return appended_.size(); }  // by this object

 private:
  void write_if_more(SweepManifest wanted, const SweepManifest& there,
                     const RunRecorder& recorder) const;
  const Cell* find(const std::string& split, const std::string& codec) const;
  void keep(const Cell& cell);

  std::string path_;
  FileLock lock_;
  std::vector<Cell> cells_;
  std::unique_ptr<CellsFile> file_;
  std::vector<CellKey> appended_;
  std::function<void(const std::vector<Cell>&)> listener_;
};

}  // namespace splitbench
