#include "codec/bottleneck/bottleneck_check.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "codec/bottleneck/latent_limits.h"
#include "codec/tensor_text.h"

namespace splitbench {
namespace {

constexpr std::size_t kMaxElements = std::size_t{1} << 31;
constexpr std::size_t kHashDigits = 64;

Error unsound(const std::string& message) { return bad_input("bottleneck file: " + message); }

void require_name(const std::string& name, const char* what) {
  if (name.empty()) throw unsound(std::string("has no ") + what);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(name.begin(), name.end(), is_control)) {
    throw unsound(std::string("its ") + what + " holds control characters");
  }
}

void require_hash(const std::string& hash) {
  const bool is_hex = std::all_of(hash.begin(), hash.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (hash.size() == kHashDigits && is_hex) return;
  throw unsound("its model's SHA-256 is not one: " + std::to_string(hash.size()) + " characters");
}

void require_spec(const TensorSpec& spec, const char* what) {
  element_bytes(spec.dtype);  // throws on a number that stands for no type
  const bool fits = spec.shape.size() >= 2 && spec.shape.front() == 1 &&
                    std::all_of(spec.shape.begin(), spec.shape.end(),
                                [](std::int64_t dimension) { return dimension >= 1; }) &&
                    spec.elements() <= kMaxElements;
  if (!fits) {
    throw unsound(std::string("its ") + what + " cannot be " + tensor_text(spec) +
                  ", a batch of one with channels");
  }
}

void require_table(const LatentTable& table, std::size_t channel) {
  const std::string where = "the table of channel " + std::to_string(channel);
  std::size_t sum = 0;
  for (const std::uint16_t frequency : table.frequencies) {
    if (frequency == 0) throw unsound(where + " has a frequency of 0");
    sum += frequency;
  }
  if (sum != kLatentSlots) {
    throw unsound(where + " adds up to " + std::to_string(sum) + ", not to " +
                  std::to_string(kLatentSlots));
  }
  if (std::abs(static_cast<std::int64_t>(table.first)) > kMaxLatentLevel) {
    throw unsound(where + " begins at " + std::to_string(table.first) + ", beyond " +
                  std::to_string(kMaxLatentLevel));
  }
}

void require_record(const TrainingRecord& record) {
  for (const TrainingEpoch& epoch : record.epochs) {
    for (const double value :
         {epoch.learning_rate, epoch.loss, epoch.validation_top1, epoch.bits, epoch.seconds}) {
      if (!std::isfinite(value)) throw unsound("its training record holds a number that is none");
    }
  }
}

}  // namespace

std::size_t latent_channels(const TensorSpec& latent) {
  return static_cast<std::size_t>(latent.shape.at(1));
}

void require_sound_coder(const LatentCoder& coder, const TensorSpec& latent) {
  require_spec(latent, "latent");
  if (latent.dtype != DType::kF32) {
    throw unsound("its latent is " + tensor_text(latent) + ", it must be float32");
  }
  if (coder.coding > LatentCoding::kFactorised) {
    throw unsound("latent coding " + std::to_string(static_cast<int>(coder.coding)) +
                  " is unknown");
  }
  if (coder.bits < 1 || coder.bits > kMaxLatentBits) {
    throw unsound("declares " + std::to_string(coder.bits) + " bits a value, 1 to " +
                  std::to_string(kMaxLatentBits) + " are possible");
  }
  const std::size_t channels = latent_channels(latent);
  const std::size_t tables = coder.coding == LatentCoding::kAffine ? 0 : channels;
  const std::size_t medians = coder.coding == LatentCoding::kFactorised ? channels : 0;
  if (coder.tables.size() != tables || coder.medians.size() != medians) {
    throw unsound("has " + std::to_string(coder.tables.size()) + " tables and " +
                  std::to_string(coder.medians.size()) + " medians, its latent of " +
                  std::to_string(channels) + " channels needs " + std::to_string(tables) + " and " +
                  std::to_string(medians));
  }
  for (std::size_t i = 0; i < tables; ++i) require_table(coder.tables[i], i);
  for (const float median : coder.medians) {
    if (std::abs(median) <= static_cast<float>(kMaxLatentLevel)) continue;  // no NaN either
    throw unsound("a median is beyond " + std::to_string(kMaxLatentLevel));
  }
}

void require_sound(const Bottleneck& bottleneck) {
  require_name(bottleneck.method, "method");
  require_name(bottleneck.variant, "variant");
  require_name(bottleneck.encoder_split, "split of the encoder");
  require_name(bottleneck.decoder_split, "split of the decoder");
  require_hash(bottleneck.model_sha256);
  require_spec(bottleneck.input, "input");
  require_spec(bottleneck.output, "output");
  require_sound_coder(bottleneck.coder, bottleneck.latent);
  if (bottleneck.encoder.network.empty()) throw unsound("has no encoder");
  if (bottleneck.decoder.network.empty()) throw unsound("has no decoder");
  require_record(bottleneck.training);
}

}  // namespace splitbench
