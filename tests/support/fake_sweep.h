// A sweep over the fake model, in a folder of its own.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/run_sweep.h"
#include "support/error_message.h"
#include "support/fake_model.h"
#include "support/temporary_folder.h"

namespace splitbench {

inline constexpr std::size_t kImages = 10;

// Thrown by a sink: the process is gone, as far as the sweep can tell.
struct Killed {};

class RecordingSink : public EventSink {
 public:
  void warning(const std::string& message) override { warnings.push_back(message); }
  void note(const std::string& message) override { notes.push_back(message); }
  void progress(const Progress& progress) override {
    if (progress.stage == "sweep" && progress.done >= kill_at) throw Killed();
  }

  std::vector<std::string> warnings, notes;
  std::size_t kill_at = SIZE_MAX;  // cells done, or images of a race
};

// What of cells must not depend on when, how often and in how many parts a sweep was run.
inline std::string without_times(const std::vector<Cell>& cells) {
  std::string text;
  for (const Cell& cell : cells) {
    text += cell.key.split + " " + cell.key.codec + " " + cell_status_name(cell.status) + " " +
            cell.reason + " " + std::to_string(cell.payload_bytes.mean) + " " +
            std::to_string(cell.ratio) + " " + std::to_string(cell.accuracy.agreement) + " " +
            std::to_string(cell.accuracy.images) + " ";
    for (const unsigned byte : cell.correct_bits) text += std::to_string(byte) + ",";
    text += "\n";
  }
  return text;
}

// A sweep over the fake model in a folder of its own.
class Sweep {
 public:
  explicit Sweep(std::size_t images = kImages) : dataset(images) {
    settings.folder = folder.path("sweep");
    settings.split = "all";
    settings.codecs = make_codecs({"raw", "quant:bits=4"});
    settings.batch = 4;
  }

  SweepResult run(ExistingSweep existing = ExistingSweep::kRefuse) {
    settings.existing = existing;
    use->reset();
    dataset.loads = 0;
    ModelSession session = fake_session(behaviour, use);
    session.manifest.classes = classes;
    RunRecorder recorder({"splitbench", "compress"}, sink);
    return run_sweep(session, dataset, settings, recorder);
  }
  std::string run_error(ExistingSweep existing = ExistingSweep::kRefuse) {
    return bad_input_message([&] { run(existing); });
  }
  // Stops it once there are so many cells, and returns what it says of it.
  std::string run_until_stopped(std::size_t cells) {
    settings.stop_requested = [this, cells] { return line_count() >= cells; };
    const std::string message = error_message(ErrorCode::kRuntime, [&] { run(); });
    settings.stop_requested = nullptr;
    return message;
  }
  void run_until_killed(std::size_t cells, ExistingSweep existing = ExistingSweep::kRefuse) {
    sink.kill_at = cells;
    EXPECT_THROW(run(existing), Killed);
    sink.kill_at = SIZE_MAX;
  }
  std::string lines() const { return folder.read("sweep/cells.jsonl"); }
  std::size_t line_count() const {
    const std::string text = lines();
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  TemporaryFolder folder;
  FakeBehaviour behaviour;
  std::shared_ptr<FakeUse> use = std::make_shared<FakeUse>();
  FakeDataset dataset;
  std::vector<std::string> classes;
  SweepSettings settings;
  RecordingSink sink;
};

}  // namespace splitbench
