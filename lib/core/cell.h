// A cell: one measured combination of split and codec on one dataset, and what came of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/domination.h"
#include "core/statistics.h"

namespace splitbench {

// Identity of a cell; equal keys mean the same measurement.
struct CellKey {
  std::string model;  // SHA-256 of the model file
  std::string split;
  std::string codec;    // canonical spec; "none" at device-only
  std::string dataset;  // canonical spec
  std::size_t images = 0;
  std::uint64_t seed = 0;

  bool operator==(const CellKey& o) const {
    return model == o.model && split == o.split && codec == o.codec && dataset == o.dataset &&
           images == o.images && seed == o.seed;
  }
};

enum class CellStatus { kOk, kUnsupported, kFailed, kStopped };

// "ok", "unsupported", "failed", "stopped".
const char* cell_status_name(CellStatus status);

struct PayloadSummary {
  double mean = 0, p50 = 0, p95 = 0, max = 0;  // bytes on the wire, headers included
};

struct CodecTime {
  double median = 0, p95 = 0;  // seconds per input
};

struct CellAccuracy {
  std::optional<double> top1;           // unset without labels
  std::optional<double> baseline_top1;  // the uncompressed model on the same images
  std::optional<PairedLoss> loss;
  std::optional<double> mcnemar_p;
  double agreement = 0;  // fraction with the uncompressed model's answer
  std::size_t images = 0;
};

// What a calibrated codec was given, and what it must have at both ends.
struct CellCalibration {
  std::size_t images = 0;
  std::size_t bytes = 0;  // of all tensors of the boundary; sent once, not with every payload
  std::string file;       // of the first tensor, relative to the sweep's folder
};

// How the setting of a codec with a target was found (core/rate.h).
struct CellRate {
  std::string settings;                  // canonical spec of what was found and measured
  double payload_bytes = 0;              // mean over the calibration images
  std::optional<double> estimated_loss;  // there, without labels; set when the target is a loss
  std::size_t trials = 0;
  std::size_t images = 0;  // calibration images
};

// The bottleneck of a learned codec (core/bottleneck.h). The cell stands at its decoder's split.
struct CellBottleneck {
  std::string sha256;  // of its file
  std::string variant;
  std::string encoder_split;  // whose boundary was encoded; "server-only": the network's input
  std::uint64_t encoder_parameters = 0, encoder_macs = 0;  // what the device has to store and do
  std::uint64_t decoder_parameters = 0, decoder_macs = 0;
  bool fine_tuned_tail = false;  // in place of the model's own
};

// Why a race stopped a cell (core/race.h).
struct CellStop {
  std::string split, codec;  // of the cell that dominates it
  Domination evidence;
};

// One line that names the dominating cell and the images it took.
std::string stop_reason(const CellStop& stop);

// The accuracy given up against the uncompressed model, with a 95 % interval: the paired loss, or
// without labels 1 - agreement with its Wilson interval ([0, 1] without images).
PairedLoss accuracy_loss(const CellAccuracy& accuracy);

// The codec's name in a canonical spec: "jpeg" of "jpeg:quality=80".
std::string codec_name(const std::string& spec);

struct Cell {
  CellKey key;
  CellStatus status = CellStatus::kOk;
  std::string reason;  // for every status but ok
  // The rest, but for `stop`, is set when status is kOk.
  PayloadSummary payload_bytes;
  std::size_t boundary_bytes = 0;  // of the uncompressed float tensors at this cut
  double ratio = 0;                // payload_bytes.mean / boundary_bytes; 0 at device-only
  CodecTime encode;
  CodecTime decode;
  CellAccuracy accuracy;
  std::optional<CellCalibration> calibration;
  std::optional<CellRate> rate;
  std::optional<CellBottleneck> bottleneck;
  std::optional<CellStop> stop;  // of a stopped cell
  // One bit per image, least significant first: right (with labels) or agreeing with the
  // uncompressed model (without). Lets anyone redo the paired statistics.
  std::vector<std::uint8_t> correct_bits;
};

}  // namespace splitbench
