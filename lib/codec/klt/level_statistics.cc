#include "codec/klt/level_statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "codec/klt/feature_transform.h"
#include "codec/klt/level_coder.h"
#include "codec/klt/level_context.h"
#include "codec/klt/level_model.h"

namespace splitbench::klt {
namespace {

// In the unit of parameters.h: around the losses of accuracy that one accepts.
constexpr std::array<double, 3> kSteps = {0.45, 0.75, 1.3};
constexpr double kPriceOfABit = 0.05;
// Points of reconstruction lie this far outside the mean of their values, in steps. The mean is
// best for the squared error, but what is quantised to zero is lost from every sum the network
// forms: larger levels make up for it. Measured on MobileNetV2, 10 to 15 % fewer bytes at equal
// divergence of the answers.
constexpr double kOutward = 0.3;
constexpr int kRounds = 3;  // statistics depend on the choice of levels, which depends on them
constexpr std::size_t kMaxSamples = 96;
constexpr std::size_t kMaxValues = std::size_t{1} << 22;  // coded at each step
// What a table says without evidence counts as this many observations.
constexpr double kPriorWeight = 12;
constexpr double kUnit = 256;  // of probabilities and shrinkage

struct Tally {
  double count = 0;
  double sum = 0;
};

// A quantity measured in some places, as a table that is prior knowledge elsewhere.
double blend(const Tally& tally, double prior) {
  return (tally.sum + kPriorWeight * prior) / (tally.count + kPriorWeight);
}

std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

// The mean magnitude of a Laplacian's levels, whose dead zone reaches to 0.6 steps.
double laplacian_magnitude(double spread) {
  constexpr double kDeadZone = 0.6;
  const double decay = std::sqrt(2.0) / spread;
  return std::exp(-decay * kDeadZone) / (1 - std::exp(-decay));
}

double class_spread(int spread_class) {
  return std::exp2((spread_class + 0.5) / kClassesPerOctave + kFirstClassOctave);
}

double context_magnitude(int context) {
  return std::exp2((context + 0.5 - kContextOffset) / static_cast<double>(kContextsPerOctave));
}

// Of a geometric distribution with that mean: that the magnitude is in the bucket if it is in no
// lower one.
double geometric_probability(int context, std::uint32_t bucket) {
  const double mean = context_magnitude(context);
  const unsigned magnitudes = bucket == 0 ? 1 : 1U << extra_bits_of(context);
  return 1 - std::pow(mean / (1 + mean), magnitudes);
}

// The coefficients of some blocks at one step.
struct Coded {
  std::size_t step = 0;  // index into kSteps
  std::vector<std::vector<float>> blocks;
};

class LevelLearner {
 public:
  LevelLearner(const BlockGrid& grid, const Parameters& parameters)
      : parameters_(parameters), transform_(parameters, grid) {
    update();
    for (const double step : kSteps) step_indices_.push_back(nearest_step(step));
  }

  void prepare(const CalibrationSamples& samples) {
    const std::size_t size = samples.spec().elements();
    const std::size_t count =
        std::min({samples.size(), kMaxSamples, std::max<std::size_t>(1, kMaxValues / size)});
    std::vector<float> buffer = transform_.make_buffer();
    for (std::size_t i = 0; i < count; ++i) {
      const Tensor value = samples.value(i * samples.size() / count);
      for (std::size_t step = 0; step < kSteps.size(); ++step) {
        const LevelModel levels = model(step);
        coded_.push_back({step, {}});
        for (std::size_t block = 0; block < transform_.grid().blocks(); ++block) {
          coded_.back().blocks.push_back(transform_.make_values(levels));
          transform_.forward(value.as<float>(), block, levels, buffer, coded_.back().blocks.back());
        }
      }
    }
  }

  LevelTables learn() {
    for (int round = 0; round < kRounds; ++round) {
      magnitudes_ = {};
      probabilities_ = {};
      shrinkages_ = {};
      for (const Coded& coded : coded_) observe(coded);
      update();
    }
    return parameters_.tables;
  }

 private:
  LevelModel model(std::size_t step) const {
    return LevelModel(parameters_, transform_.scan(), step_indices_[step]);
  }

  void observe(const Coded& coded) {
    const LevelModel levels = model(coded.step);
    const std::vector<int> classes = spread_classes(levels, coded.step);
    const LevelChooser chooser(LevelCoder(parameters_.tables), kPriceOfABit);
    for (const std::vector<float>& values : coded.blocks) {
      for_each_group(levels,
                     [&](std::size_t first, const std::uint8_t* contexts, std::size_t count) {
                       std::uint32_t magnitudes = 0;
                       for (std::size_t i = 0; i < count; ++i) {
                         const std::uint32_t place = levels.coefficients()[first + i].place;
                         const float magnitude = std::fabs(values[place]);
                         const std::uint32_t level = chooser.choose(contexts[i], magnitude);
                         observe(level, magnitude, contexts[i], classes[place]);
                         magnitudes += std::min(level, kTopMagnitude);
                       }
                       return magnitudes;
                     });
    }
  }

  std::vector<int> spread_classes(const LevelModel& levels, std::size_t step) const {
    std::vector<int> classes;
    for (std::size_t g = 0; g < parameters_.groups.size(); ++g) {
      for (std::size_t f = 0; f < transform_.scan().size(); ++f) {
        for (std::size_t k = 0; k < levels.count(g, f); ++k) {
          const CoefficientPrior prior = parameters_.groups[g].priors[f][k];
          classes.push_back(spread_class(prior, step_indices_[step]));
        }
      }
    }
    return classes;
  }

  void observe(std::uint32_t level, float magnitude, std::size_t context, int spread_class) {
    Tally& mean = magnitudes_[static_cast<std::size_t>(spread_class)];
    mean.count += 1;
    mean.sum += static_cast<double>(level);
    const std::uint32_t bucket = bucket_of(level, extra_bits_of(static_cast<int>(context)));
    for (std::uint32_t b = 0; b < kBuckets && b <= bucket; ++b) {
      probabilities_[context][b].count += 1;
      probabilities_[context][b].sum += b == bucket ? 1 : 0;
    }
    if (level == 0) return;
    Tally& shrinkage = shrinkages_[context][std::min<std::size_t>(level, kPoints) - 1];
    shrinkage.count += 1;
    shrinkage.sum += static_cast<double>(level) - magnitude;
  }

  void update() {
    LevelTables& tables = parameters_.tables;
    for (int i = 0; i < kSpreadClasses; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const double mean = blend(magnitudes_[at], laplacian_magnitude(class_spread(i)));
      tables.mean_magnitude[at] = to_byte(kEighths * std::log2(mean) + kMeanOffset);
    }
    for (int i = 0; i < kContexts; ++i) {
      const auto at = static_cast<std::size_t>(i);
      for (std::uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
        const double prior = geometric_probability(i, bucket);
        const double probability = blend(probabilities_[at][bucket], prior);
        tables.probability[at][bucket] = to_byte(kUnit * probability - 0.5);
      }
      for (std::size_t kind = 0; kind < kPoints; ++kind) {
        const double shrinkage =
            std::clamp(blend(shrinkages_[at][kind], 0) - kOutward, -0.49, 0.49);
        tables.shrinkage[at][kind] = static_cast<std::int8_t>(std::lround(kUnit * shrinkage));
      }
    }
  }

  Parameters parameters_;
  FeatureTransform transform_;
  std::vector<StepIndex> step_indices_;
  std::vector<Coded> coded_;
  std::array<Tally, kSpreadClasses> magnitudes_{};
  std::array<std::array<Tally, kBuckets>, kContexts> probabilities_{};
  std::array<std::array<Tally, kPoints>, kContexts> shrinkages_{};
};

}  // namespace

LevelTables learn_level_tables(const CalibrationSamples& samples, const BlockGrid& grid,
                               const Parameters& parameters) {
  LevelLearner learner(grid, parameters);
  learner.prepare(samples);
  return learner.learn();
}

}  // namespace splitbench::klt
