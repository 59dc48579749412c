#include "pipeline/bottleneck_bench.h"

#include <algorithm>

#include "base/error.h"
#include "codec/bottleneck/learned_codec.h"
#include "core/statistics.h"

namespace splitbench {
namespace {

std::size_t split_of_id(const ModelInfo& info, const std::string& id) {
  const auto found = std::find_if(info.splits.begin(), info.splits.end(),
                                  [&](const SplitPoint& split) { return split.id == id; });
  return static_cast<std::size_t>(found - info.splits.begin());
}

PartProfile part_profile(const BottleneckPart& part, const MeasuredItem& measured) {
  return {part.parameters, part.macs, {summarise(measured.samples_s), unmetered_energy()}};
}

}  // namespace

BottleneckBench::BottleneckBench(Model& model, const std::vector<ConfiguredCodec>& codecs,
                                 const Tensor& input)
    : codecs_(codecs) {
  for (const ConfiguredCodec& codec : codecs) {
    if (!codec.bottleneck) {
      throw bad_input("--codec " + codec.spec +
                      ": only learned codecs have networks to profile; the others are timed by "
                      "'splitbench compress'");
    }
    const std::size_t split = split_of_id(model.info(), codec.bottleneck->about.encoder_split);
    const Tensor taken = model.capture(input, {split}).at(0).at(0);
    const Tensor latent = add(*codec.bottleneck->encoder, taken);
    const Tensor decoded = add(*codec.bottleneck->decoder, latent);
    if (codec.bottleneck->tail) add(*codec.bottleneck->tail, decoded);
  }
}

Tensor BottleneckBench::add(Segment& segment, const Tensor& input) {
  items_.push_back({[&segment, input] { return segment.time_s({input}, 1); }});
  return segment.run({input}).at(0);
}

std::vector<BottleneckProfile> BottleneckBench::profiles(const std::vector<MeasuredItem>& measured,
                                                         std::size_t first) const {
  std::vector<BottleneckProfile> profiles;
  for (const ConfiguredCodec& codec : codecs_) {
    const Bottleneck& about = codec.bottleneck->about;
    BottleneckProfile profile;
    profile.codec = codec.spec;
    profile.sha256 = codec.bottleneck->sha256;
    profile.encoder_split = about.encoder_split;
    profile.decoder_split = about.decoder_split;
    profile.encoder = part_profile(about.encoder, measured.at(first++));
    profile.decoder = part_profile(about.decoder, measured.at(first++));
    if (codec.bottleneck->tail) profile.tail = part_profile(about.tail, measured.at(first++));
    profiles.push_back(std::move(profile));
  }
  return profiles;
}

}  // namespace splitbench
