// What a sweep has to measure: its cells, in order, and which of them are a shard's.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "core/cell.h"
#include "core/shard.h"
#include "pipeline/run_sweep.h"
#include "pipeline/sweep_pace.h"
#include "pipeline/tail_times.h"

namespace splitbench {

// The key's codec at device-only.
inline constexpr char kNoCodec[] = "none";

// One cell to be measured, or a search of a codec's settings, which is several
// (pipeline/point_search.h); no codec at device-only. `codec` points into the sweep's settings.
struct SweepJob {
  CellKey key;
  std::size_t split = 0;
  const ConfiguredCodec* codec = nullptr;

  bool is_search() const { return codec != nullptr && codec->searched; }
};

// How many images the sweep evaluates, if all can be read.
std::size_t images_wanted(const Dataset& dataset, const SweepSettings& settings);

// Which samples of `settings.calibration` codecs may look at; empty without it. Where it is the
// dataset itself, they are those that are not evaluated.
std::vector<std::size_t> calibration_indices(const Dataset& dataset, const SweepSettings& settings);

// The cells of all shards together: split by split, each with every codec.
std::vector<SweepJob> all_jobs(const ModelSession& session, const Dataset& dataset,
                               const SweepSettings& settings);

// Those of one shard, in the order of all.
std::vector<SweepJob> jobs_of_shard(const std::vector<SweepJob>& all, const Shard& shard);

// What is known of the jobs' costs; `tails` holds their splits. `calibrated`: the split whose
// calibrations were made before.
std::vector<CellWork> work_of(const std::vector<SweepJob>& jobs, const ModelInfo& info,
                              const TailTimes& tails,
                              std::optional<std::size_t> calibrated = std::nullopt);

// The split whose boundary the job's codec encodes: its own, or that of a bottleneck's encoder.
// Unset at device-only, and for a bottleneck that stands at another split.
std::optional<std::size_t> encoded_split(const SweepJob& job, const ModelInfo& info);

// All that are encoded for some job and the splits of the jobs themselves, ascending: what has to
// be captured. Jobs are in the order of all_jobs().
std::vector<std::size_t> captured_splits(const std::vector<SweepJob>& jobs, const ModelInfo& info);

// The splits of those jobs that have a codec, one that `counts`, ascending; jobs are in the order
// of all_jobs().
std::vector<std::size_t> splits_of(
    const std::vector<SweepJob>& jobs, const std::function<bool(const ConfiguredCodec&)>& counts =
                                           [](const ConfiguredCodec&) { return true; });

}  // namespace splitbench
