#include "pipeline/sweep_identity.h"

#include "base/spec.h"
#include "codec/bottleneck/learned_codec.h"
#include "pipeline/race_sweep.h"

namespace splitbench {
namespace {

std::string list_text(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : ",") + format_number(value);
  return text;
}

std::string preprocess_text(const std::optional<Preprocess>& steps) {
  if (!steps) return "";
  const auto number = [](const std::optional<int>& value) {
    return value ? std::to_string(*value) : std::string("none");
  };
  return "resize=" + number(steps->resize) +
         ":interpolation=" + interpolation_name(steps->interpolation) +
         ":crop=" + number(steps->crop) + ":mean=" + list_text(steps->mean) +
         ":std=" + list_text(steps->std) + ":channels=" + (steps->gray ? "gray" : "rgb");
}

}  // namespace

SweepManifest sweep_manifest(const ModelSession& session, const Dataset& dataset,
                             const SweepSettings& settings, const std::vector<SweepJob>& all) {
  SweepManifest manifest;
  manifest.model_name = session.manifest.name;
  manifest.model_sha256 = session.sha256;
  manifest.input_shape = shape_text(session.model->info().input.shape);
  manifest.output = settings.output;
  manifest.preprocess = preprocess_text(session.manifest.preprocess);
  manifest.dataset = dataset.spec();
  const std::size_t calibration_images = calibration_indices(dataset, settings).size();
  if (calibration_images != 0) {
    manifest.calibration = settings.calibration->spec();
    manifest.calibration_images = calibration_images;
  }
  manifest.images = images_wanted(dataset, settings);
  manifest.seed = settings.seed;
  manifest.batch = session.model->info().any_batch ? settings.batch : 1;
  manifest.points = settings.points;
  for (const SplitPoint& split : session.model->info().splits) manifest.splits.push_back(split.id);
  for (const ConfiguredCodec& codec : settings.codecs) {
    if (codec.bottleneck) manifest.bottlenecks[codec.spec] = codec.bottleneck->sha256;
  }
  if (settings.shard.count > 1) {
    manifest.shard = SweepShard{settings.shard, {}};
    for (const SweepJob& job : all) manifest.shard->cells.push_back({job.key.split, job.key.codec});
  }
  if (settings.race) manifest.race = race_manifest(settings, all, manifest.images);
  return manifest;
}

}  // namespace splitbench
