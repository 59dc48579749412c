#include "pipeline/sweep_jobs.h"

#include <algorithm>
#include <optional>
#include <set>

#include "codec/bottleneck/learned_codec.h"
#include "codec/calibration.h"

namespace splitbench {
std::size_t images_wanted(const Dataset& dataset, const SweepSettings& settings) {
  return settings.limit == 0 ? dataset.size() : std::min(settings.limit, dataset.size());
}

std::vector<std::size_t> calibration_indices(const Dataset& dataset,
                                             const SweepSettings& settings) {
  if (settings.calibration == nullptr) return {};
  const Dataset& source = *settings.calibration;
  if (source.spec() != dataset.spec()) {
    return choose_samples(source.size(), settings.calibration_images, settings.seed);
  }
  const std::vector<std::size_t> evaluated =
      choose_samples(dataset.size(), settings.limit, settings.seed);
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (!std::binary_search(evaluated.begin(), evaluated.end(), i)) others.push_back(i);
  }
  std::vector<std::size_t> chosen;
  for (const std::size_t i :
       choose_samples(others.size(), settings.calibration_images, settings.seed)) {
    chosen.push_back(others[i]);
  }
  return chosen;
}

std::vector<SweepJob> all_jobs(const ModelSession& session, const Dataset& dataset,
                               const SweepSettings& settings) {
  std::vector<SweepJob> jobs;
  const std::vector<SplitPoint>& splits = session.model->info().splits;
  for (const std::size_t split : select_splits(splits, settings.split)) {
    const CellKey key{session.sha256,
                      splits[split].id,
                      kNoCodec,
                      dataset.spec(),
                      images_wanted(dataset, settings),
                      settings.seed};
    if (splits[split].kind == SplitKind::kDeviceOnly) {
      jobs.push_back({key, split, nullptr});
      continue;
    }
    for (const ConfiguredCodec& codec : settings.codecs) {
      jobs.push_back({key, split, &codec});
      jobs.back().key.codec = codec.spec;
    }
  }
  return jobs;
}

std::vector<SweepJob> jobs_of_shard(const std::vector<SweepJob>& all, const Shard& shard) {
  const std::vector<std::size_t> owners = deal_cells(all.size(), shard.count);
  std::vector<SweepJob> jobs;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (owners[i] == shard.index) jobs.push_back(all[i]);
  }
  return jobs;
}

std::vector<CellWork> work_of(const std::vector<SweepJob>& jobs, const ModelInfo& info,
                              const TailTimes& tails, std::optional<std::size_t> calibrated) {
  std::vector<CellWork> work;
  for (const SweepJob& job : jobs) {
    const SplitPoint& split = info.splits.at(job.split);
    const bool coded = encoded_split(job, info).has_value();
    const bool calibrates = coded && lacks_calibration(*job.codec) && calibrated != job.split;
    if (calibrates) calibrated = job.split;
    work.push_back(
        {codec_name(job.key.codec), coded ? static_cast<double>(boundary_bytes(split.boundary)) : 0,
         coded ? tails.at(job.split) : TailTime{}, calibrates || (coded && job.codec->target)});
  }
  return work;
}

std::optional<std::size_t> encoded_split(const SweepJob& job, const ModelInfo& info) {
  if (job.codec == nullptr) return std::nullopt;
  if (!job.codec->bottleneck) return job.split;
  const Bottleneck& about = job.codec->bottleneck->about;
  if (about.decoder_split != info.splits.at(job.split).id) return std::nullopt;
  for (std::size_t i = 0; i <= job.split; ++i) {
    if (info.splits[i].id == about.encoder_split) return i;
  }
  return std::nullopt;
}

std::vector<std::size_t> captured_splits(const std::vector<SweepJob>& jobs, const ModelInfo& info) {
  const std::vector<std::size_t> own = splits_of(jobs);
  std::set<std::size_t> splits(own.begin(), own.end());
  for (const SweepJob& job : jobs) {
    if (const auto encoded = encoded_split(job, info)) splits.insert(*encoded);
  }
  return {splits.begin(), splits.end()};
}

std::vector<std::size_t> splits_of(const std::vector<SweepJob>& jobs,
                                   const std::function<bool(const ConfiguredCodec&)>& counts) {
  std::vector<std::size_t> splits;
  for (const SweepJob& job : jobs) {
    if (job.codec != nullptr && counts(*job.codec) &&
        (splits.empty() || splits.back() != job.split)) {
      splits.push_back(job.split);
    }
  }
  return splits;
}

}  // namespace splitbench
