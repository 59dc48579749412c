// The codec interface: one tensor of a boundary -> a self-contained stream -> the tensor again.
//
// A codec is immutable once made (settings fixed by its spec), holds no framework objects, and may
// be used from several threads at once. What it can do it says itself, in a CodecDescription: the
// CLI's help, the validation of specs, the documentation and the conformance tests come from there.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/spec.h"
#include "core/calibration.h"
#include "core/options.h"
#include "core/rate.h"
#include "core/tensor.h"

namespace splitbench {

struct CodecDescription {
  std::string name;
  std::string summary;  // one line
  // Number in the stream header. Never reused; a changed encoding raises format_version.
  std::uint8_t wire_id = 0;
  std::uint8_t format_version = 1;
  bool lossless = false;  // with default options: the decoded bits are those that were encoded
  std::vector<OptionDescription> options;
  // The option that trades bytes for fidelity; rate control (`codec:target-loss=0.01`) moves it.
  // Unset for codecs that have none.
  std::optional<RateAxis> rate;
  // What `compress` sweeps when the user names no codec; specs with lists allowed, may be empty.
  std::vector<std::string> default_sweep;
};

class Codec {
 public:
  virtual ~Codec() = default;

  // Why this codec, with these settings, cannot take such a tensor; empty when it can.
  virtual std::string unsupported_reason(const TensorSpec& spec) const = 0;

  // What decode() yields for a tensor of `spec`: the same, but for learned codecs that end at
  // another place of the network than they begin.
  virtual TensorSpec decoded_spec(const TensorSpec& spec) const { return spec; }

  // The body of the stream, without the common header (codec/stream.h adds it).
  // Requires unsupported_reason(tensor.spec()).empty(). Non-finite values are coded as documented
  // by the codec or refused with Error{kBadInput}.
  virtual Bytes encode(const Tensor& tensor) const = 0;

  // The reverse; `spec` is the decoded one. `body` is hostile: anything but a valid stream throws
  // Error{kBadInput}, and no allocation exceeds a small multiple of spec.bytes().
  virtual Tensor decode(ByteView body, const TensorSpec& spec) const = 0;
};

// How a codec learns the tensors of one place in the network. All specs are complete and validated.
struct CalibratedFactory {
  // Whether these settings need it at all; the others are made without.
  bool (*needed)(const Spec& spec) = nullptr;
  // The options that calibration depends on: settings that agree in them share one calibration.
  std::vector<std::string> options;
  // Throws Error{kBadInput} when the samples cannot serve.
  Bytes (*calibrate)(const Spec& spec, const CalibrationSamples& samples) = nullptr;
  // `calibration` is what calibrate() wrote for tensors like `tensor`, but comes from a file:
  // anything else throws Error{kBadInput}. It is not kept.
  std::unique_ptr<Codec> (*make)(const Spec& spec, const TensorSpec& tensor,
                                 ByteView calibration) = nullptr;
};

// How a codec comes into being. `make` gets a spec whose options are complete and validated.
struct CodecFactory {
  CodecDescription description;
  std::unique_ptr<Codec> (*make)(const Spec& spec) = nullptr;  // without calibration
  std::optional<CalibratedFactory> calibrated;
  // Of a bottleneck's method: made from the file that its option `file` names, by who has a
  // framework for its networks (codec/bottleneck/learned_codec.h). Has no `make`.
  bool learned = false;
};

}  // namespace splitbench
