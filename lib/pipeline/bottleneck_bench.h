// The networks of learned codecs as segments to be timed in a profile.
#pragma once

#include <vector>

#include "codec/registry.h"
#include "core/backend.h"
#include "core/profile.h"
#include "measure/sampler.h"

namespace splitbench {

class BottleneckBench {
 public:
  // `codecs` are learned and opened for this model; both must outlive the bench. Everything is
  // derived from `input`, a batch of one: what encoders take, what decoders and tails do after
  // them.
  BottleneckBench(Model& model, const std::vector<ConfiguredCodec>& codecs, const Tensor& input);

  // Encoder, decoder and, where there is one, tail of each codec.
  const std::vector<TimedItem>& items() const { return items_; }

  // `measured[first]` belongs to the first of items().
  std::vector<BottleneckProfile> profiles(const std::vector<MeasuredItem>& measured,
                                          std::size_t first) const;

 private:
  Tensor add(Segment& segment, const Tensor& input);

  const std::vector<ConfiguredCodec>& codecs_;
  std::vector<TimedItem> items_;
};

}  // namespace splitbench
