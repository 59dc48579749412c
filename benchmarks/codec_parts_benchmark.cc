// Where the time of disc and klt goes, on the tensors of boundaries.h: their stages one by one.
//   of_memcpy  time as a part of that of copying the fp32 tensor, taken in turns
//   payload    bytes of the stream
// `bytes_per_second` counts bytes of the fp32 tensor. Names begin with the codec. Run it pinned to
// one core.

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "boundaries.h"
#include "codec/disc/calibrator.h"
#include "codec/disc/coefficient_coder.h"
#include "codec/disc/feature_maps.h"
#include "codec/disc/model.h"
#include "codec/disc/quantiser.h"
#include "codec/disc/tensor_coder.h"
#include "codec/klt/calibrate.h"
#include "codec/klt/feature_transform.h"
#include "codec/klt/level_coder.h"
#include "codec/klt/level_context.h"
#include "codec/klt/level_model.h"
#include "run_benchmarks.h"
#include "turns.h"

namespace splitbench {
namespace {

constexpr const char* kStream = "benchmark stream";
// Payloads of 1 to 2 % of these tensors.
constexpr double kDiscStep = 2;
constexpr double kKltStep = 1;
constexpr float kPriceOfABit = 0.05F;

void report(benchmark::State& state, const Tensor& tensor, std::size_t payload,
            const std::function<void()>& work) {
  Tensor target = Tensor::allocate(tensor.spec());
  run_in_turns(
      state, tensor, "of_memcpy",
      [&] {
        work();
        benchmark::ClobberMemory();
      },
      [&] {
        std::memcpy(target.mutable_as<float>(), tensor.data(), tensor.bytes());
        benchmark::DoNotOptimize(target.data());
        benchmark::ClobberMemory();
      });
  state.counters["payload"] = static_cast<double>(payload);
}

// ---- disc ----

disc::Parameters disc_parameters(const BoundaryShape& boundary) {
  disc::Settings settings;
  settings.step = kDiscStep;
  return disc::calibrate(settings, Samples(boundary));
}

// The quantiser alone, on values as they are.
void disc_quantise(benchmark::State& state, const BoundaryShape& boundary) {
  const Tensor tensor = features(boundary, kSamples);
  const disc::Model model(disc_parameters(boundary), disc::feature_maps(tensor.shape()).grid);
  std::vector<disc::Block> blocks(tensor.elements() / disc::kLanes);
  std::memcpy(blocks.data(), tensor.data(), blocks.size() * sizeof(disc::Block));
  std::vector<disc::Levels> levels(blocks.size());
  report(state, tensor, 0, [&] {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      disc::quantise(blocks[i], model.rounding(), model.largest_level(), levels[i]);
    }
    benchmark::DoNotOptimize(levels.data());
  });
}

enum class DiscPart { kAnalyse, kEntropyEncode, kEntropyDecode, kSynthesise };

void disc_part(benchmark::State& state, const BoundaryShape& boundary, DiscPart part) {
  const Tensor tensor = features(boundary, kSamples);
  const disc::Model model(disc_parameters(boundary), disc::feature_maps(tensor.shape()).grid);
  const auto* values = tensor.as<float>();
  const disc::QuantisedTensor quantised = disc::analyse(model, values);
  const Bytes body = disc::encode_coefficients(model, quantised);
  const disc::QuantisedTensor decoded = disc::decode_coefficients(model, body, kStream);
  Tensor copy = Tensor::allocate(tensor.spec());
  report(state, tensor, body.size(), [&] {
    switch (part) {
      case DiscPart::kAnalyse:
        benchmark::DoNotOptimize(disc::analyse(model, values).levels.data());
        break;
      case DiscPart::kEntropyEncode:
        benchmark::DoNotOptimize(disc::encode_coefficients(model, quantised).data());
        break;
      case DiscPart::kEntropyDecode:
        benchmark::DoNotOptimize(disc::decode_coefficients(model, body, kStream).levels.data());
        break;
      case DiscPart::kSynthesise:
        disc::synthesise(model, decoded, copy.mutable_as<float>());
        benchmark::DoNotOptimize(copy.data());
        break;
    }
  });
}

// ---- klt ----

// Everything between a tensor and its stream, kept at each stage.
class KltStages {
 public:
  explicit KltStages(const BoundaryShape& boundary)
      : tensor_(features(boundary, kSamples)),
        grid_(klt::block_grid(tensor_.shape())),
        parameters_(klt::calibrate(Samples(boundary), grid_, false)),
        transform_(parameters_, grid_),
        model_(parameters_, transform_.scan(), klt::nearest_step(kKltStep)),
        coder_(parameters_.tables),
        chooser_(coder_, kPriceOfABit),
        states_(klt::coder_states(model_.levels() * grid_.blocks())),
        buffer_(transform_.make_buffer()),
        values_(grid_.blocks(), transform_.make_values(model_)),
        amplitudes_(grid_.blocks()),
        copy_(Tensor::allocate(tensor_.spec())) {
    transform();
    writer_ = std::make_unique<klt::LevelWriter>(write_levels());
    stream_ = writer_->stream(states_);
    read_levels();
  }

  const Tensor& tensor() const { return tensor_; }
  std::size_t payload() const { return stream_.size(); }

  void transform() {
    for (std::size_t block = 0; block < grid_.blocks(); ++block) {
      transform_.forward(tensor_.as<float>(), block, model_, buffer_, values_[block]);
    }
  }

  klt::LevelWriter write_levels() const {
    klt::LevelWriter writer(coder_, chooser_, model_.levels() * grid_.blocks());
    for (const std::vector<float>& values : values_) {
      klt::for_each_group(model_,
                          [&](std::size_t first, const std::uint8_t* contexts, std::size_t count) {
                            std::array<float, klt::kLevelsInGroup> group;
                            for (std::size_t i = 0; i < klt::kLevelsInGroup; ++i) {
                              group[i] = values[model_.coefficients()[first + i].place];
                            }
                            return writer.group(contexts, group.data(), count);
                          });
    }
    return writer;
  }

  Bytes entropy_encode() const { return writer_->stream(states_); }

  void read_levels() {
    switch (states_) {
      case 1:
        return read_levels_with<1>();
      case 2:
        return read_levels_with<2>();
      case 4:
        return read_levels_with<4>();
      default:
        return read_levels_with<8>();
    }
  }

  void inverse() {
    for (std::size_t block = 0; block < grid_.blocks(); ++block) {
      transform_.inverse(amplitudes_[block].data(), amplitudes_[block].size(), model_, block,
                         buffer_, copy_.mutable_as<float>());
    }
    benchmark::DoNotOptimize(copy_.data());
  }

 private:
  template <std::size_t kStates>
  void read_levels_with() {
    klt::LevelReader<kStates> reader(coder_, stream_, kStream);
    for (std::vector<klt::Amplitude>& amplitudes : amplitudes_) {
      amplitudes.resize(model_.levels() + 1);
      klt::Amplitude* next = amplitudes.data();
      klt::for_each_group(
          model_, [&](std::size_t first, const std::uint8_t* contexts, std::size_t count) {
            const klt::CodedCoefficient* coefficients = model_.coefficients() + first;
            return reader.group(contexts, count, [&](std::size_t i, float point, bool counts) {
              *next = {coefficients[i], point * model_.from_levels()[coefficients[i].place]};
              next += counts ? 1 : 0;
            });
          });
      amplitudes.resize(static_cast<std::size_t>(next - amplitudes.data()));
    }
    reader.finish();
  }

  Tensor tensor_;
  klt::BlockGrid grid_;
  klt::Parameters parameters_;
  klt::FeatureTransform transform_;
  klt::LevelModel model_;
  klt::LevelCoder coder_;
  klt::LevelChooser chooser_;
  std::size_t states_;
  std::vector<float> buffer_;
  std::vector<std::vector<float>> values_;
  std::vector<std::vector<klt::Amplitude>> amplitudes_;
  Tensor copy_;
  std::unique_ptr<klt::LevelWriter> writer_;
  Bytes stream_;
};

void klt_part(benchmark::State& state, const BoundaryShape& boundary,
              void (*work)(KltStages& stages)) {
  KltStages stages(boundary);
  report(state, stages.tensor(), stages.payload(), [&] { work(stages); });
}

void register_benchmarks() {
  for (const BoundaryShape& boundary : kBoundaries) {
    const std::string shape = shape_name(boundary);
    const auto add_disc = [&](const char* name, DiscPart part) {
      add("disc/" + std::string(name) + "/" + shape,
          [=](benchmark::State& state) { disc_part(state, boundary, part); });
    };
    add("disc/quantise/" + shape, [=](benchmark::State& state) { disc_quantise(state, boundary); });
    add_disc("analyse", DiscPart::kAnalyse);
    add_disc("entropy_encode", DiscPart::kEntropyEncode);
    add_disc("entropy_decode", DiscPart::kEntropyDecode);
    add_disc("synthesise", DiscPart::kSynthesise);
    const auto add_klt = [&](const char* name, void (*work)(KltStages&)) {
      add("klt/" + std::string(name) + "/" + shape,
          [=](benchmark::State& state) { klt_part(state, boundary, work); });
    };
    add_klt("transform", [](KltStages& stages) { stages.transform(); });
    add_klt("choose_levels", [](KltStages& stages) { stages.write_levels(); });
    add_klt("entropy_encode", [](KltStages& stages) { stages.entropy_encode(); });
    add_klt("entropy_decode", [](KltStages& stages) { stages.read_levels(); });
    add_klt("inverse", [](KltStages& stages) { stages.inverse(); });
  }
}

}  // namespace
}  // namespace splitbench

int main(int argc, char** argv) {
  return splitbench::run_benchmarks(argc, argv, splitbench::register_benchmarks);
}
