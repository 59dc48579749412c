// Finding codecs by name, and making them from spec strings such as `quant:bits=2..8+2`.
//
// The list of codecs is builtin.inc; nothing registers itself. Every function is pure and
// thread-safe; errors are Error{kBadInput} that name the nearest known codec, option or choice.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/codec.h"

namespace splitbench {

struct OpenBottleneck;

// The number by which streams name a calibration: the low bits of its checksum.
using CalibrationId = std::uint16_t;

// A codec with fixed settings. Copies share the codec, which is immutable.
struct ConfiguredCodec {
  std::string spec;  // canonical, all options present: the identity stored in documents
  CodecDescription description;
  std::shared_ptr<const Codec> codec;
  // Settings that need a calibration take no tensor until they have one (codec/calibration.h).
  bool needs_calibration = false;
  std::optional<CalibrationId> calibration;
  // What the rate option is to be chosen for (core/rate.h). Until it has been, see at_rate(), the
  // codec takes no tensor.
  std::optional<RateTarget> target;
  // Whether the rate option is to be searched (core/rate_search.h). The codec takes no tensor; its
  // settings are those of at_rate().
  bool searched = false;
  // Encodes with the networks of a bottleneck, and takes no tensor until with_bottleneck()
  // (bottleneck/learned_codec.h) has given them; then they are here.
  bool learned = false;
  std::shared_ptr<const OpenBottleneck> bottleneck;
};

// What becomes of a codec with a rate axis whose spec names neither the rate option nor a target.
enum class OpenRate { kDefault, kSearched };

// Those that work on any tensor they take.
const std::vector<CodecFactory>& codec_factories();
// Those that are trained for one place of one network.
const std::vector<CodecFactory>& learned_codec_factories();

// Of both.
const CodecFactory& find_codec(const std::string& name);
// By the number in a stream's header.
const CodecFactory& find_codec(std::uint8_t wire_id);

// `spec` with every option of its codec present, checked against the description and written in
// one way only (`quality=080` becomes `80`), so that equal settings have equal canonical forms.
Spec complete_codec_spec(const Spec& spec);

ConfiguredCodec make_codec(const Spec& spec, OpenRate open = OpenRate::kDefault);

// The codec with its rate option set to `value` in place of the target or the search. Requires one
// of the two.
ConfiguredCodec at_rate(const ConfiguredCodec& codec, const std::string& value);

// Expands lists and ranges; keeps the order and drops what has been named before.
std::vector<ConfiguredCodec> make_codecs(const std::vector<std::string>& spec_texts,
                                         OpenRate open = OpenRate::kDefault);

// What is swept when the user names no codec: the default_sweep of every codec, with kSearched
// without the values of rate options.
std::vector<std::string> default_codec_specs(OpenRate open = OpenRate::kDefault);

}  // namespace splitbench
