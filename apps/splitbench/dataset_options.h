// The images that a command measures on, and those that codecs may look at beforehand.
#pragma once

#include <CLI/App.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "core/dataset.h"
#include "data/image_reader.h"
#include "data/registry.h"
#include "pipeline/model_session.h"

namespace splitbench {

class DatasetOptionGroup {
 public:
  // --dataset and --calibration.
  void configure(CLI::App& app);

  // The one named, or the model manifest's. This object must outlive what it opens.
  std::unique_ptr<Dataset> open(const ModelSession& session);
  // Null when calibration images are to be taken from what `dataset` itself leaves over. `limit`:
  // images that are evaluated, 0 for all.
  std::unique_ptr<Dataset> open_calibration(const Dataset& dataset, const ModelSession& session,
                                            std::size_t limit);

 private:
  std::string spec(const ModelSession& session) const;
  DatasetContext context();

  std::string dataset_, calibration_;
  std::unique_ptr<ImageReader> image_reader_;
};

}  // namespace splitbench
