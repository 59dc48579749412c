// Fits codecs to one split: calibrates those that need it, and finds the settings of those that
// were given a target instead.
#pragma once

#include <cstddef>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codec/stream.h"
#include "core/cell.h"
#include "pipeline/calibration_set.h"
#include "pipeline/cell_evaluator.h"

namespace splitbench {

struct FittedCodec {
  BoundaryCodec codecs;  // one for each tensor of the boundary
  // What they were made of, for who does not want to keep them: see remake().
  ConfiguredCodec settings;                                  // without calibration
  std::shared_ptr<const std::vector<Bytes>> calibrated_for;  // of each tensor; null when none is
  std::string reason;  // why there is none; empty when there is
  std::optional<CellCalibration> calibration;
  std::optional<CellRate> rate;
  std::optional<CellBottleneck> bottleneck;

  // `codecs` once more. Requires calibrated_for.
  BoundaryCodec remake() const;
};

class CodecFitter {
 public:
  struct Settings {
    CellEvaluator::Settings evaluation;
    std::string folder;  // receives calibration/<split>.<codec>.<number>.bin
  };

  // `calibration` is null when there are no such images: codecs that need some then take no tensor.
  // References must outlive the fitter.
  CodecFitter(Model& model, std::size_t split, CalibrationSet* calibration, Settings settings);

  // Codecs that fit() will be asked for: their calibrations are made together on the first need of
  // one, on as many threads as the evaluation has. The pointers must outlive the fitter.
  void expect(std::vector<const ConfiguredCodec*> codecs) { expected_ = std::move(codecs); }

  // Throws what a codec's calibration throws.
  FittedCodec fit(const ConfiguredCodec& codec);

 private:
  FittedCodec fit_settings(const ConfiguredCodec& codec);
  FittedCodec fit_target(const ConfiguredCodec& codec);
  std::shared_ptr<const std::vector<Bytes>> calibrations(const ConfiguredCodec& codec);
  std::string keep(const std::string& codec, const std::vector<Bytes>& calibrations) const;
  CellEvaluator& trial_evaluator();

  Model& model_;
  std::size_t split_;
  CalibrationSet* calibration_;
  Settings settings_;
  struct Calibration {
    std::shared_ptr<const std::vector<Bytes>> bytes;  // of each tensor of the boundary
    std::exception_ptr exception;                     // why there are none
  };

  Calibration calibrate_tensors(const ConfiguredCodec& codec);

  std::vector<const ConfiguredCodec*> expected_;
  std::map<std::string, Calibration> calibrations_;  // by calibration_key()
  std::unique_ptr<CellEvaluator> evaluator_;         // over the calibration images
};

}  // namespace splitbench
