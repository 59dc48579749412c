// Learned codecs: a bottleneck (core/bottleneck.h) whose networks are opened, behind the interface
// of every codec. Knows the networks as segments only, whatever framework runs them.
//
// What it encodes is the boundary of the bottleneck's encoder split (or the network's input), what
// it decodes that of its decoder split: decoded_spec() tells them apart. The body of a stream is
// the latent's (latent_coder.h); the header carries the decoder's shape and, in the place of a
// calibration's number, the bottleneck's (bottleneck_file.h).
//
// Thread-safe as the segments are.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "codec/bottleneck/latent_coder.h"
#include "codec/registry.h"
#include "core/backend.h"
#include "core/bottleneck.h"
#include "core/cell.h"

namespace splitbench {

// A bottleneck's file, opened.
struct OpenBottleneck {
  Bottleneck about;    // splits by their ids, not aliases; without the networks' archives
  std::string sha256;  // of the file
  CalibrationId number = 0;
  std::unique_ptr<Segment> encoder, decoder;
  std::unique_ptr<Segment> tail;  // fine-tuned; null: the model's own
};

// The codec that a spec named (registry.h), with its networks. Throws Error{kBadInput} when the
// bottleneck is another method's, or its networks do not yield tensors of the declared specs.
ConfiguredCodec with_bottleneck(const ConfiguredCodec& codec,
                                std::shared_ptr<const OpenBottleneck> bottleneck);

// What a cell says of it.
CellBottleneck cell_bottleneck(const OpenBottleneck& bottleneck);

// "stands at split layer1 (its encoder takes the network's input)".
std::string bottleneck_place(const OpenBottleneck& bottleneck);

}  // namespace splitbench
