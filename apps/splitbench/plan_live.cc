#include "plan_live.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <set>

#include "base/error.h"
#include "codec/library_versions.h"
#include "pipeline/live_cells.h"
#include "pipeline/open_bottlenecks.h"
#include "stop_signals.h"

namespace splitbench {
namespace {

// Of the budget when none is given.
constexpr std::size_t kLooksALadder = 2;
constexpr std::size_t kHashShown = 12;

void check_model(const ModelSession& session, const Profile& profile) {
  if (session.sha256 == profile.model_sha256) return;
  throw bad_input("--model is of SHA-256 " + session.sha256.substr(0, kHashShown) +
                  ", the profiles are of model '" + profile.model_name + "' (" +
                  profile.model_sha256.substr(0, kHashShown) +
                  "); profile the model that is to be searched");
}

// Those whose splits are in both profiles.
std::vector<Ladder> usable_ladders(const std::vector<Ladder>& all, const PlanRequest& request) {
  const auto ids_of = [](const Profile& profile) {
    std::set<std::string> ids;
    for (const SplitProfile& split : profile.splits) ids.insert(split.split.id);
    return ids;
  };
  const std::set<std::string> device = ids_of(request.device);
  const std::set<std::string> server = ids_of(request.server);
  std::vector<Ladder> usable;
  for (const Ladder& ladder : all) {
    if (device.count(ladder.head()) > 0 && server.count(ladder.split) > 0) usable.push_back(ladder);
  }
  if (usable.empty()) {
    throw bad_input(
        "none of the splits to search is in both profiles; name them with --split, or profile "
        "more of them");
  }
  return usable;
}

}  // namespace

void LiveSearch::configure(CLI::App& app) {
  const std::size_t others = app.get_options().size();
  CLI::Option* model =
      app.add_option("--model", model_.model,
                     "Measure cells of this model into the folder of --cells, which is made or "
                     "gone on with: TorchScript file, manifest, or a name in profiles/models");
  model_.configure(app, false);
  images_.configure(app);
  app.add_option("--calibration-images", sweep_.calibration_images,
                 "How many of them at most, drawn by the seed")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--codec", codecs_,
                 "Codec whose setting is searched (jpeg), or with settings to choose among "
                 "(jpeg:quality=50..90+20); repeat for more; by default all that need no "
                 "training");
  app.add_option("--split", sweep_.split, "Splits to search: as in compress")
      ->capture_default_str();
  app.add_option("--limit", sweep_.limit, "Images to use, drawn by the seed; 0 for all")
      ->capture_default_str();
  app.add_option("--seed", sweep_.seed, "Of the draw of images")->capture_default_str();
  const std::vector<CLI::Option*> all = app.get_options();
  for (std::size_t i = others; i < all.size(); ++i) {
    all[i]->group("To measure while searching (with --aglop)");
    if (all[i] != model) all[i]->needs(model);
  }
}

SearchOutcome LiveSearch::run(PlanRequest& request, const std::string& folder,
                              RefinementSettings settings, const Context& context,
                              RunRecorder& recorder) {
  recorder.set_seed(sweep_.seed);
  for (const auto& [name, version] : codec_library_versions()) recorder.add_library(name, version);
  ModelSession session = model_.open(context, &recorder);
  check_model(session, request.device);
  sweep_.folder = folder;
  sweep_.threads = model_.threads;
  sweep_.output = model_.model_output;
  sweep_.codecs = make_codecs(codecs_.empty() ? default_codec_specs(OpenRate::kSearched) : codecs_,
                              OpenRate::kSearched);
  sweep_.codecs = open_bottlenecks(session, model_.device, sweep_.codecs, &recorder);
  const std::unique_ptr<Dataset> dataset = images_.open(session);
  const std::unique_ptr<Dataset> calibration =
      images_.open_calibration(*dataset, session, sweep_.limit);
  sweep_.calibration = calibration ? calibration.get() : dataset.get();
  const StopSignals signals;
  sweep_.stop_requested = [&signals] { return signals.requested(); };

  LiveCells source(session, *dataset, sweep_, recorder);
  const std::vector<Ladder> ladders = usable_ladders(source.ladders(), request);
  if (settings.budget == 0) settings.budget = kLooksALadder * ladders.size();
  source.expect(settings.budget);
  request.cells.clear();
  const Refinement found = refine(request, ladders, settings, source);
  source.finish();
  request.cells = source.cells();
  SearchOutcome outcome;
  outcome.settings = found.settings;
  outcome.budget = found.budget;
  outcome.measured = found.cells.size();
  outcome.measured_now = source.measured();
  outcome.ended = found.ended;
  return outcome;
}

}  // namespace splitbench
