#include "pipeline/codec_fitter.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "base/error.h"
#include "codec/bottleneck/learned_codec.h"
#include "codec/calibration.h"
#include "core/statistics.h"
#include "io/text_file.h"
#include "pipeline/parallel_for.h"
#include "pipeline/rate_control.h"

namespace splitbench {
namespace {

std::string file_name_text(const std::string& id) {
  std::string text = id;
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
  };
  std::replace_if(
      text.begin(), text.end(), [&](char c) { return !plain(static_cast<unsigned char>(c)); }, '_');
  return text;
}

OptionType option_type(const CodecDescription& description, const std::string& name) {
  for (const OptionDescription& option : description.options) {
    if (option.name == name) return option.type;
  }
  throw runtime_failure("internal: codec '" + description.name + "' has no option '" + name + "'");
}

std::string unreachable(const ConfiguredCodec& codec) {
  const RateAxis& axis = *codec.description.rate;
  const bool by_loss = codec.target->goal == RateGoal::kLoss;
  return "no " + axis.option + " from " + format_number(axis.coarsest) + " to " +
         format_number(axis.finest) + (by_loss ? " loses at most " : " needs at most ") +
         format_number(codec.target->value) + (by_loss ? "" : " bytes") +
         " on the calibration images";
}

}  // namespace

BoundaryCodec FittedCodec::remake() const {
  BoundaryCodec made;
  for (const Bytes& bytes : *calibrated_for) {
    made.push_back(with_calibration(settings, bytes));
  }
  return made;
}

CodecFitter::CodecFitter(Model& model, std::size_t split, CalibrationSet* calibration,
                         Settings settings)
    : model_(model), split_(split), calibration_(calibration), settings_(std::move(settings)) {}

FittedCodec CodecFitter::fit(const ConfiguredCodec& codec) {
  return codec.target && calibration_ != nullptr ? fit_target(codec) : fit_settings(codec);
}

FittedCodec CodecFitter::fit_settings(const ConfiguredCodec& codec) {
  const std::size_t tensors = model_.info().splits.at(split_).boundary.size();
  FittedCodec fitted;
  if (!lacks_calibration(codec) || calibration_ == nullptr) {
    fitted.codecs.assign(tensors, codec);
    if (codec.bottleneck) fitted.bottleneck = cell_bottleneck(*codec.bottleneck);
    return fitted;
  }
  CellCalibration record;
  record.images = calibration_->size();
  fitted.settings = codec;
  fitted.calibrated_for = calibrations(codec);
  fitted.codecs = fitted.remake();
  for (const Bytes& calibration : *fitted.calibrated_for) record.bytes += calibration.size();
  record.file = keep(codec.description.name, *fitted.calibrated_for);
  fitted.calibration = record;
  return fitted;
}

FittedCodec CodecFitter::fit_target(const ConfiguredCodec& codec) {
  const RateAxis& axis = *codec.description.rate;
  const bool wants_loss = codec.target->goal == RateGoal::kLoss;
  CellEvaluator& evaluator = trial_evaluator();
  const auto trial = [&](const std::string& value) {
    const BoundaryCodec candidate = fit_settings(at_rate(codec, value)).codecs;
    CellRun run = evaluator.start(candidate, wants_loss);
    evaluator.advance(run, evaluator.batches());
    return RateTrial{mean(run.payloads),
                     wants_loss ? estimated_loss(calibration_->inputs(), run.answers) : 0};
  };
  const std::vector<std::string> values =
      rate_values(axis, option_type(codec.description, axis.option));
  const std::string refusal =
      evaluator.unsupported(fit_settings(at_rate(codec, values.back())).codecs);
  FittedCodec fitted;
  if (!refusal.empty()) {
    fitted.reason = refusal;
    return fitted;
  }
  const std::optional<RateChoice> choice = choose_rate(values, *codec.target, trial);
  if (!choice) {
    fitted.reason = unreachable(codec);
    return fitted;
  }
  const ConfiguredCodec chosen = at_rate(codec, choice->value);
  fitted = fit_settings(chosen);
  fitted.rate =
      CellRate{chosen.spec, choice->trial.payload_bytes, {}, choice->trials, calibration_->size()};
  if (wants_loss) fitted.rate->estimated_loss = choice->trial.loss;
  return fitted;
}

CodecFitter::Calibration CodecFitter::calibrate_tensors(const ConfiguredCodec& codec) {
  Calibration calibration;
  std::vector<Bytes> bytes;
  try {
    const std::size_t tensors = model_.info().splits.at(split_).boundary.size();
    for (std::size_t t = 0; t < tensors; ++t) {
      bytes.push_back(calibrate(codec, *calibration_->samples(split_, t)));
    }
  } catch (const Error&) {
    // Of one codec, among several in work: told to whoever asks for it.
    calibration.exception = std::current_exception();
  }
  calibration.bytes = std::make_shared<const std::vector<Bytes>>(std::move(bytes));
  return calibration;
}

std::shared_ptr<const std::vector<Bytes>> CodecFitter::calibrations(const ConfiguredCodec& codec) {
  const std::string key = calibration_key(codec);
  if (calibrations_.count(key) == 0) {
    std::map<std::string, const ConfiguredCodec*> wanted = {{key, &codec}};
    for (const ConfiguredCodec* expected : expected_) {
      if (!lacks_calibration(*expected)) continue;
      const std::string other = calibration_key(*expected);
      if (calibrations_.count(other) == 0) wanted.emplace(other, expected);
    }
    const std::vector<std::pair<std::string, const ConfiguredCodec*>> work(wanted.begin(),
                                                                           wanted.end());
    std::vector<Calibration> made(work.size());
    parallel_for(work.size(), settings_.evaluation.threads,
                 [&](std::size_t i) { made[i] = calibrate_tensors(*work[i].second); });
    for (std::size_t i = 0; i < work.size(); ++i) {
      calibrations_.emplace(work[i].first, std::move(made[i]));
    }
  }
  const Calibration& calibration = calibrations_.at(key);
  if (calibration.exception) std::rethrow_exception(calibration.exception);
  return calibration.bytes;
}

// Device and server need the calibration: it is kept beside the cells.
std::string CodecFitter::keep(const std::string& codec,
                              const std::vector<Bytes>& calibrations) const {
  const std::filesystem::path folder = std::filesystem::path(settings_.folder) / "calibration";
  std::error_code ignored;  // writing fails next, and says why
  std::filesystem::create_directories(folder, ignored);
  std::string first;
  for (std::size_t t = 0; t < calibrations.size(); ++t) {
    const std::string name = file_name_text(model_.info().splits.at(split_).id) + "." + codec +
                             "." + std::to_string(calibration_number(calibrations[t])) +
                             (t == 0 ? "" : "." + std::to_string(t + 1)) + ".bin";
    if (!std::filesystem::exists(folder / name, ignored)) {
      write_text_file((folder / name).string(),
                      std::string(calibrations[t].begin(), calibrations[t].end()));
    }
    if (t == 0) first = "calibration/" + name;
  }
  return first;
}

CellEvaluator& CodecFitter::trial_evaluator() {
  if (!evaluator_) {
    evaluator_ = std::make_unique<CellEvaluator>(model_, split_, calibration_->store(),
                                                 calibration_->position(split_),
                                                 calibration_->inputs(), settings_.evaluation);
  }
  return *evaluator_;
}

}  // namespace splitbench
