// Calibration: what a codec has learnt, without labels or training, of the tensors at one place of
// a network. Device and server hold the same calibration; streams name it by a 2-byte number.
//
// A calibration is a self-describing string of bytes, to be kept in a file:
//
//   byte  0      magic 0xB7
//   byte  1      the codec's wire id
//   byte  2      the codec's format version
//   bytes 3..6   CRC-32 (zlib's) of all other bytes; its low 16 bits are the calibration's number
//   then         type (1 byte), rank and dimensions (varints) of the tensor it is for
//   then         the codec's own parameters
//
// Pure functions; thread-safe.
#pragma once

#include <string>

#include "codec/registry.h"
#include "core/calibration.h"

namespace splitbench {

// Whether the codec's settings need a calibration that it does not have yet.
bool lacks_calibration(const ConfiguredCodec& codec);

// Settings with equal keys share one calibration. Requires lacks_calibration(codec).
std::string calibration_key(const ConfiguredCodec& codec);

// Looks at the samples once or a few times. Requires lacks_calibration(codec); throws
// Error{kBadInput} when the samples cannot serve.
Bytes calibrate(const ConfiguredCodec& codec, const CalibrationSamples& samples);

// The codec with its calibration, for tensors of the spec it was calibrated on only. The bytes are
// not kept. Throws Error{kBadInput} when they are damaged or another codec's.
ConfiguredCodec with_calibration(const ConfiguredCodec& codec, ByteView calibration);

// The number by which streams will name it. Requires bytes that calibrate() wrote.
CalibrationId calibration_number(ByteView calibration);

}  // namespace splitbench
