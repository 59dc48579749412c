#include "dataset_options.h"

#include "base/error.h"

namespace splitbench {

void DatasetOptionGroup::configure(CLI::App& app) {
  app.add_option("--dataset", dataset_,
                 "Images to measure on, e.g. fashion-mnist or image-list:csv=labels.csv (see: "
                 "splitbench list datasets); by default the model manifest's");
  app.add_option("--calibration", calibration_,
                 "Images that codecs may look at beforehand, never their labels; by default the "
                 "dataset's training part, or else those of its images that --limit leaves out");
}

std::unique_ptr<Dataset> DatasetOptionGroup::open(const ModelSession& session) {
  return open_dataset(spec(session), context());
}

std::unique_ptr<Dataset> DatasetOptionGroup::open_calibration(const Dataset& dataset,
                                                              const ModelSession& session,
                                                              std::size_t limit) {
  const std::string wanted =
      calibration_.empty() ? training_part(spec(session)).value_or("") : calibration_;
  if (wanted.empty()) return nullptr;
  std::unique_ptr<Dataset> calibration = open_dataset(wanted, context());
  if (calibration->spec() != dataset.spec()) return calibration;
  if (limit == 0 || limit >= dataset.size()) {
    throw bad_input("--calibration " + calibration_ +
                    " names the very images that are evaluated; choose others, or leave some "
                    "over with --limit");
  }
  return nullptr;
}

std::string DatasetOptionGroup::spec(const ModelSession& session) const {
  if (!dataset_.empty()) return dataset_;
  if (!session.manifest.dataset.empty()) return session.manifest.dataset;
  throw bad_input(
      "no --dataset, and the model's manifest names none; see: splitbench list datasets");
}

DatasetContext DatasetOptionGroup::context() {
  return {[this]() -> const ImageReader& {
    if (!image_reader_) image_reader_ = open_image_reader();
    return *image_reader_;
  }};
}

}  // namespace splitbench
