#include "codec/bottleneck/learned_codec.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "codec/tensor_text.h"
#include "core/split.h"

namespace splitbench {
namespace {

// The one tensor that a segment makes of `input`.
Tensor run_segment(Segment& segment, const Tensor& input, const char* what) {
  Boundary output = segment.run({input});
  if (output.size() == 1) return std::move(output.front());
  throw bad_input(std::string("its ") + what + " yields " + std::to_string(output.size()) +
                  " tensors, one is wanted");
}

Tensor run_part(Segment& segment, const Tensor& input, const TensorSpec& wanted, const char* what) {
  Tensor output = run_segment(segment, input, what);
  if (output.spec() == wanted) return output;
  throw bad_input(std::string("its ") + what + " makes " + tensor_text(output.spec()) + " of " +
                  tensor_text(input.spec()) + ", not " + tensor_text(wanted) + " as it says");
}

class LearnedCodec : public Codec {
 public:
  explicit LearnedCodec(std::shared_ptr<const OpenBottleneck> bottleneck)
      : bottleneck_(std::move(bottleneck)),
        coder_(bottleneck_->about.coder, bottleneck_->about.latent) {}

  std::string unsupported_reason(const TensorSpec& spec) const override {
    if (spec == about().input) return "";
    return "takes " + tensor_text(about().input) + "; this is " + tensor_text(spec);
  }

  TensorSpec decoded_spec(const TensorSpec& /*spec*/) const override { return about().output; }

  Bytes encode(const Tensor& tensor) const override {
    return coder_.encode(run_part(*bottleneck_->encoder, tensor, about().latent, "encoder"));
  }

  Tensor decode(ByteView body, const TensorSpec& spec) const override {
    if (spec != about().output) {
      throw bad_input("codec stream: declares " + tensor_text(spec) + ", the decoder makes " +
                      tensor_text(about().output));
    }
    return run_part(*bottleneck_->decoder, coder_.decode(body), spec, "decoder");
  }

 private:
  const Bottleneck& about() const { return bottleneck_->about; }

  std::shared_ptr<const OpenBottleneck> bottleneck_;
  LatentCodec coder_;
};

// Values as tame as a network may hope for.
Tensor probe(const TensorSpec& spec) {
  Tensor tensor = Tensor::allocate(spec);
  auto* bytes = tensor.mutable_as<std::uint8_t>();
  std::fill_n(bytes, tensor.bytes(), std::uint8_t{0});
  return tensor;
}

}  // namespace

ConfiguredCodec with_bottleneck(const ConfiguredCodec& codec,
                                std::shared_ptr<const OpenBottleneck> bottleneck) {
  const Bottleneck& about = bottleneck->about;
  const std::string& method = codec.description.name;
  if (about.method != method) {
    throw bad_input("holds a bottleneck of '" + about.method + "', not of '" + method +
                    "'; write --codec " + about.method + ":file=...");
  }
  run_part(*bottleneck->encoder, probe(about.input), about.latent, "encoder");
  run_part(*bottleneck->decoder, probe(about.latent), about.output, "decoder");
  ConfiguredCodec opened = codec;
  opened.codec = std::make_shared<LearnedCodec>(bottleneck);
  opened.calibration = bottleneck->number;
  opened.bottleneck = std::move(bottleneck);
  return opened;
}

CellBottleneck cell_bottleneck(const OpenBottleneck& bottleneck) {
  const Bottleneck& about = bottleneck.about;
  return {bottleneck.sha256,   about.variant,
          about.encoder_split, about.encoder.parameters,
          about.encoder.macs,  about.decoder.parameters,
          about.decoder.macs,  bottleneck.tail != nullptr};
}

std::string bottleneck_place(const OpenBottleneck& bottleneck) {
  const Bottleneck& about = bottleneck.about;
  const bool takes_input = about.encoder_split == split_kind_name(SplitKind::kServerOnly);
  return "stands at split " + about.decoder_split +
         (takes_input ? " (its encoder takes the network's input)"
          : about.encoder_split == about.decoder_split
              ? ""
              : " (its encoder takes the boundary of " + about.encoder_split + ")");
}

}  // namespace splitbench
