#include "pipeline/training_group.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "base/rng.h"
#include "base/units.h"
#include "pipeline/batch_feed.h"
#include "pipeline/image_batches.h"

namespace splitbench {
namespace {

constexpr std::size_t kValidationBatch = 250;
// What a seed is mixed with for its different uses; training_run has the others.
constexpr std::uint64_t kOrderSeed = 1, kDrawSeed = 2;

class Group {
 public:
  Group(const std::vector<GroupMember>& members, const TrainingImages& images,
        const TrainingImages& validation, const TrainingSettings& settings, EventSink& events)
      : members_(members),
        images_(images),
        validation_(validation),
        settings_(settings),
        events_(events),
        augmentation_(parse_augmentation(settings.augmentation)) {
    for (const GroupMember& member : members_) all_steps_ += member.run->all_steps();
  }

  void train() {
    examine_due();  // checkpoints may stand there
    while (!members_.empty()) {
      run_epoch(next_place());
      examine_due();
    }
  }

 private:
  // Calls `work` for the members that `due` chooses, and leaves out those that fail.
  template <typename Due, typename Work>
  void each(const Due& due, const Work& work) {
    for (std::size_t i = 0; i < members_.size();) {
      if (!due(*members_[i].run)) {
        ++i;
        continue;
      }
      try {
        work(members_[i]);
        ++i;
      } catch (const std::exception& error) {
        leave_out(i, error);
      }
    }
  }

  void leave_out(std::size_t i, const std::exception& error) {
    const GroupMember member = members_[i];
    members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(i));
    all_steps_ -= member.run->all_steps();
    member.failed(error);
  }

  TrainingPlace next_place() const {
    TrainingPlace next = members_.front().run->place();
    for (const GroupMember& member : members_) next = std::min(next, member.run->place());
    return next;
  }

  // What is left over when the images are shared out to batches waits for another epoch.
  void run_epoch(TrainingPlace at) {
    const std::size_t batch = members_.front().run->batch();
    const std::size_t steps = members_.front().run->steps();
    std::vector<std::size_t> order(images_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    Rng rng(mixed_seed({settings_.seed, kOrderSeed, at.epoch}));
    rng.shuffle(order);
    const std::uint64_t seed = mixed_seed({settings_.seed, kDrawSeed, at.epoch});
    BatchFeed feed(at.step, steps, [&](std::size_t step) {
      const auto begin = order.begin() + static_cast<std::ptrdiff_t>(step * batch);
      const std::vector<std::size_t> positions(begin, begin + static_cast<std::ptrdiff_t>(batch));
      return images_.batch(positions, augmentation_, seed);
    });
    for (; at.step < steps && !members_.empty(); ++at.step) {
      if (settings_.stop_requested()) stop();
      TrainingBatch images = feed.next();
      images.number = ++batches_;
      take_step(at, images);
    }
  }

  void take_step(const TrainingPlace& at, const TrainingBatch& batch) {
    const double start = monotonic_s();
    std::set<const TrainingRun*> taken;
    each([&](const TrainingRun& run) { return run.place() == at; },
         [&](const GroupMember& member) {
           loss_ = member.run->step(batch);
           taken.insert(member.run);
         });
    const double seconds = monotonic_s() - start;
    seconds_ += seconds;
    steps_taken_ += taken.size();
    each([&](const TrainingRun& run) { return taken.count(&run) != 0; },
         [&](const GroupMember& member) {
           member.run->end_step(seconds / static_cast<double>(taken.size()));
         });
    if (!members_.empty()) show_progress(batch.inputs.shape().at(0));
  }

  void show_progress(std::int64_t batch) const {
    std::size_t left = 0;
    for (const GroupMember& member : members_) left += member.run->steps_left();
    const double pace = seconds_ / static_cast<double>(steps_taken_);
    Progress progress;
    progress.stage = "train";
    progress.done = all_steps_ - left;
    progress.total = all_steps_;
    progress.unit = "steps";
    progress.detail = members_.size() > 1
                          ? std::to_string(members_.size()) + " side by side, epoch " +
                                std::to_string(members_.front().run->place().epoch + 1)
                          : members_.front().run->detail() + ", loss " + format_plain(loss_);
    progress.pace = format_plain(static_cast<double>(batch) / pace) + " images/s";
    progress.left_s = pace * static_cast<double>(left);
    events_.progress(progress);
  }

  // All that stand behind an epoch, then those for which it was the last one.
  void examine_due() {
    const auto behind_epoch = [](const TrainingRun& run) { return run.epoch_taken(); };
    examine(behind_epoch, "after an epoch");
    each(behind_epoch, [](const GroupMember& member) { member.run->end_epoch(); });
    examine([](const TrainingRun& run) { return run.trained(); }, "the result");
    for (std::size_t i = 0; i < members_.size();) {
      members_[i].run->trained() ? finish(i) : void(++i);
    }
  }

  void finish(std::size_t i) {
    const GroupMember member = members_[i];
    members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(i));
    try {
      member.run->end();
      member.done();
    } catch (const std::exception& error) {
      member.failed(error);
    }
  }

  template <typename Due>
  void examine(const Due& due, const std::string& what) {
    if (std::none_of(members_.begin(), members_.end(),
                     [&](const GroupMember& member) { return due(*member.run); })) {
      return;
    }
    std::size_t seen = 0;
    for (const auto& positions : consecutive_batches(validation_.size(), kValidationBatch)) {
      TrainingBatch batch = validation_.batch(positions, Augmentation{}, 0);
      batch.number = ++batches_;
      each(due, [&](const GroupMember& member) { member.run->examine(batch); });
      seen += positions.size();
      events_.progress({"validate", seen, validation_.size(), "images", what});
    }
  }

  [[noreturn]] void stop() {
    for (const GroupMember& member : members_) member.run->write_checkpoint();
    const TrainingRun& first = *members_.front().run;
    throw runtime_failure(
        "stopped as requested before " + first.checkpoint_place() +
        "; go on with --resume (state in " + first.checkpoint() +
        (members_.size() > 1 ? " and " + std::to_string(members_.size() - 1) + " more" : "") + ")");
  }

  std::vector<GroupMember> members_;  // that are at work
  const TrainingImages& images_;
  const TrainingImages& validation_;
  const TrainingSettings& settings_;
  EventSink& events_;
  Augmentation augmentation_;
  std::uint64_t batches_ = 0;  // that had a number
  std::size_t all_steps_ = 0, steps_taken_ = 0;
  double seconds_ = 0;  // of the steps taken
  double loss_ = 0;     // of the last one
};

}  // namespace

void train_group(const std::vector<GroupMember>& members, const TrainingImages& images,
                 const TrainingImages& validation, const TrainingSettings& settings,
                 EventSink& events) {
  Group(members, images, validation, settings, events).train();
}

}  // namespace splitbench
