// The learnt statistics of quantised coefficients (levels): how probable each magnitude is, and
// where a decoder puts the values that share one.
//
// Everything is indexed by the context: a logarithmic measure of the magnitude that the level is
// expected to have, kContextsPerOctave to the octave, computed by level_context.h.
//
// Plain data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace splitbench::klt {

constexpr int kContexts = 32;
constexpr int kContextsPerOctave = 2;
constexpr int kContextOffset = 18;  // the context in which a magnitude of 1 is expected

// Buckets of magnitudes (level_alphabet.h), and one for all that are larger.
constexpr std::size_t kBuckets = 8;
// Magnitudes from here on share a reconstruction point (beside their level).
constexpr std::size_t kPoints = 3;

// Classes of standard deviation in steps, kClassesPerOctave to the octave from 2^kFirstClassOctave
// on.
constexpr int kSpreadClasses = 64;
constexpr int kClassesPerOctave = 4;
constexpr int kFirstClassOctave = -5;

struct LevelTables {
  // The mean magnitude of the levels of each class: 8 log2 of it, from -kMeanOffset on.
  std::array<std::uint8_t, kSpreadClasses> mean_magnitude{};
  // The probability that a magnitude is in a bucket, given that it is in no lower one:
  // (byte + 1/2) / 256.
  std::array<std::array<std::uint8_t, kBuckets>, kContexts> probability{};
  // How far magnitudes 1, 2 and all larger ones are reconstructed below the level, in 1 / 256.
  std::array<std::array<std::int8_t, kPoints>, kContexts> shrinkage{};
};

constexpr int kMeanOffset = 128;

}  // namespace splitbench::klt
