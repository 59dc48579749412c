// The file of a bottleneck (core/bottleneck.h): what `train` writes and every user of it reads.
//
// All integers and floats are little-endian; a text is its length (varint) and its bytes:
//
//   bytes 0..7    magic: 0x89 "SBNECK" 0x0A
//   bytes 8..9    version of the format, now 1
//   bytes 10..13  CRC-32 (zlib's) of all other bytes; its low 16 bits are the bottleneck's number,
//                 by which streams name it
//   then          six sections in this order: 4 letters, the length (varint), the content
//     "meta"      method, variant, SHA-256 of the model's file, both splits (texts); specs of
//     input,
//                 latent and output: type (1 byte), rank and dimensions (varints)
//     "code"      coding and bits (1 byte each); medians: how many (varint), float32 each; tables:
//                 how many (varint), of each: first (int32), how many frequencies (varint), 16 bits
//                 each
//     "enco", "deco", "tail"
//                 parameters and multiply-accumulates (varints); to the end of the section the
//                 TorchScript archive, nothing where there is none
//     "trai"      dataset (text), images, seed, threads (varints); choices: how many (varint),
//     texts;
//                 epochs: how many (varint), of each: stage (text), learning rate, loss, validation
//                 accuracy, bits, seconds (float64)
//
// Pure functions; thread-safe.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "core/bottleneck.h"

namespace splitbench {

constexpr std::array<std::uint8_t, 8> kBottleneckMagic = {0x89, 'S', 'B', 'N', 'E', 'C', 'K', 0x0A};

// Throws Error{kBadInput} when the bottleneck is not sound (bottleneck_check.h).
Bytes write_bottleneck(const Bottleneck& bottleneck);

// `file` is hostile: anything but what write_bottleneck() writes throws Error{kBadInput},
// "bottleneck file: ...", and no allocation exceeds a small multiple of its size.
Bottleneck read_bottleneck(ByteView file);

// The number by which streams name the bottleneck in `file`. Throws as read_bottleneck() does, but
// looks at the header alone.
std::uint16_t bottleneck_number(ByteView file);

// The CRC-32 that bytes 10..13 of the file must hold; there are at least 14 bytes.
std::uint32_t bottleneck_checksum(ByteView file);

}  // namespace splitbench
