// The codec interface: one tensor of a boundary -> a self-contained stream -> the tensor again.
//
// A codec is immutable once made (settings fixed by its spec), holds no framework objects, and may
// be used from several threads at once. What it can do it says itself, in a CodecDescription: the
// CLI's help, the validation of specs, the documentation and the conformance tests come from there.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/spec.h"
#include "core/options.h"
#include "core/tensor.h"

namespace splitbench {

struct CodecDescription {
  std::string name;
  std::string summary;  // one line
  // Number in the stream header. Never reused; a changed encoding raises format_version.
  std::uint8_t wire_id = 0;
  std::uint8_t format_version = 1;
  bool lossless = false;  // with default options: the decoded bits are those that were encoded
  bool needs_calibration = false;
  std::vector<OptionDescription> options;
  // What `compress` sweeps when the user names no codec; specs with lists allowed, may be empty.
  std::vector<std::string> default_sweep;
};

class Codec {
 public:
  virtual ~Codec() = default;

  // Why this codec, with these settings, cannot take such a tensor; empty when it can.
  virtual std::string unsupported_reason(const TensorSpec& spec) const = 0;

  // The body of the stream, without the common header (codec/stream.h adds it).
  // Requires unsupported_reason(tensor.spec()).empty(). Non-finite values are coded as documented
  // by the codec or refused with Error{kBadInput}.
  virtual Bytes encode(const Tensor& tensor) const = 0;

  // The reverse. `body` is hostile: anything but a valid stream throws Error{kBadInput}, and no
  // allocation exceeds a small multiple of spec.bytes().
  virtual Tensor decode(ByteView body, const TensorSpec& spec) const = 0;
};

// How a codec comes into being. `make` gets a spec whose options are complete and validated.
struct CodecFactory {
  CodecDescription description;
  std::unique_ptr<Codec> (*make)(const Spec& spec) = nullptr;
};

}  // namespace splitbench
