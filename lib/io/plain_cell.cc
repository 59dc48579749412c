#include "io/plain_cell.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>

#include "base/error.h"
#include "io/base64.h"
#include "io/cell_json.h"
#include "io/document.h"
#include "io/plain_json.h"

namespace splitbench {
namespace {

constexpr std::string_view kKeyKeys[] = {"model", "split", "codec", "dataset", "images", "seed"};
constexpr std::string_view kPayloadKeys[] = {"mean", "p50", "p95", "max"};
constexpr std::string_view kTimeKeys[] = {"median", "p95"};
constexpr std::string_view kAccuracyKeys[] = {
    "agreement",        "images",          "top1",        "baseline_top1",        "loss",
    "loss_ci95",        "mcnemar_p",       "top1_reason", "baseline_top1_reason", "loss_reason",
    "loss_ci95_reason", "mcnemar_p_reason"};
constexpr std::string_view kCellKeys[] = {
    "key",      "status",   "payload_bytes", "boundary_bytes", "ratio",  "encode_s",
    "decode_s", "accuracy", "correct_bits",  "schema_version", "schema", "reason"};

// The members of one object: which of its known keys were seen, none of them twice. At most 32.
class Keys {
 public:
  template <std::size_t N>
  Keys(PlainJson& json, const std::string_view (&known)[N]) : json_(json), known_(known), size_(N) {
    static_assert(N < 32);
  }

  // The place of the key among the known; fails for others.
  std::size_t take(std::string_view key) {
    // Keys mostly come in one order.
    for (std::size_t tried = 0; tried < size_; ++tried, ++next_) {
      if (next_ == size_) next_ = 0;
      if (known_[next_] != key) continue;
      const std::uint32_t bit = std::uint32_t{1} << next_;
      json_.require((seen_ & bit) == 0);
      seen_ |= bit;
      return next_++;
    }
    json_.fail();
    return size_;
  }

  // Fails unless the first `count` keys were all there.
  void require_first(std::size_t count) {
    const std::uint32_t wanted = (std::uint32_t{1} << count) - 1;
    json_.require((seen_ & wanted) == wanted);
  }

 private:
  PlainJson& json_;
  const std::string_view* known_;
  std::size_t size_;
  std::size_t next_ = 0;
  std::uint32_t seen_ = 0;
};

double number_within(PlainJson& json, double low, double high) {
  const double value = json.number();
  json.require(value >= low && value <= high);
  return value;
}

double not_negative(PlainJson& json) {
  const double value = json.number();
  json.require(value >= 0);
  return value;
}

std::optional<double> optional_share(PlainJson& json) {
  if (json.null()) return std::nullopt;
  return number_within(json, 0, 1);
}

CellKey read_key(PlainJson& json) {
  CellKey key;
  std::string* const texts[] = {&key.model, &key.split, &key.codec, &key.dataset};
  Keys keys(json, kKeyKeys);
  json.object([&](std::string_view name) {
    const std::size_t place = keys.take(name);
    if (place < std::size(texts)) {
      *texts[place] = json.text();
    } else if (place == std::size(texts)) {
      key.images = json.count();
    } else {
      key.seed = json.count();
    }
  });
  keys.require_first(std::size(kKeyKeys));
  return key;
}

// An object of numbers of at least 0.
template <std::size_t N>
void read_numbers(PlainJson& json, const std::string_view (&known)[N], double* const (&values)[N]) {
  Keys keys(json, known);
  json.object([&](std::string_view name) {
    const std::size_t place = keys.take(name);
    if (place < N) *values[place] = not_negative(json);
  });
  keys.require_first(N);
}

Interval read_interval(PlainJson& json) {
  double ends[2] = {0, 0};
  std::size_t count = 0;
  json.array([&] {
    json.require(count < 2);
    if (!json.failed()) ends[count++] = json.number();
  });
  json.require(count == 2 && ends[0] <= ends[1]);
  return {ends[0], ends[1]};
}

CellAccuracy read_accuracy(PlainJson& json) {
  CellAccuracy accuracy;
  std::optional<double> loss;
  std::optional<Interval> interval;
  Keys keys(json, kAccuracyKeys);
  json.object([&](std::string_view name) {
    switch (keys.take(name)) {
      case 0:
        accuracy.agreement = number_within(json, 0, 1);
        break;
      case 1:
        accuracy.images = json.count();
        break;
      case 2:
        accuracy.top1 = optional_share(json);
        break;
      case 3:
        accuracy.baseline_top1 = optional_share(json);
        break;
      case 4:
        if (!json.null()) loss = number_within(json, -1, 1);
        break;
      case 5:
        if (!json.null()) interval = read_interval(json);
        break;
      case 6:
        accuracy.mcnemar_p = optional_share(json);
        break;
      default:
        json.text();
    }
  });
  keys.require_first(2);
  json.require(loss.has_value() == interval.has_value());
  if (loss && interval) accuracy.loss = PairedLoss{*loss, *interval};
  return accuracy;
}

// The places in kCellKeys.
enum Field {
  kKey,
  kStatus,
  kPayload,
  kBoundary,
  kRatio,
  kEncode,
  kDecode,
  kAccuracy,
  kBits,
  kVersion,
  kSchema,
  kReason
};

// The fields of a cell that is ok, and has neither calibration, rate control nor bottleneck.
void read_field(PlainJson& json, std::size_t field, Cell& cell, std::string& bits) {
  switch (field) {
    case kKey:
      cell.key = read_key(json);
      break;
    case kStatus:
      json.require(json.text() == cell_status_name(CellStatus::kOk));
      break;
    case kPayload:
      read_numbers(json, kPayloadKeys,
                   {&cell.payload_bytes.mean, &cell.payload_bytes.p50, &cell.payload_bytes.p95,
                    &cell.payload_bytes.max});
      break;
    case kBoundary:
      cell.boundary_bytes = json.count();
      break;
    case kRatio:
      cell.ratio = not_negative(json);
      break;
    case kEncode:
      read_numbers(json, kTimeKeys, {&cell.encode.median, &cell.encode.p95});
      break;
    case kDecode:
      read_numbers(json, kTimeKeys, {&cell.decode.median, &cell.decode.p95});
      break;
    case kAccuracy:
      cell.accuracy = read_accuracy(json);
      break;
    case kBits:
      bits = json.text();
      break;
    case kVersion:
      json.require(json.text() == kSchemaVersion);
      break;
    case kSchema:
      json.require(json.text() == kCellsSchema);
      break;
    case kReason:
      cell.reason = json.text();
      break;
    default:
      json.fail();
  }
}

}  // namespace

std::optional<Cell> plain_cell(std::string_view line) {
  PlainJson json(line);
  std::optional<Cell> cell(std::in_place);
  std::string bits;
  Keys keys(json, kCellKeys);
  json.object([&](std::string_view name) { read_field(json, keys.take(name), *cell, bits); });
  keys.require_first(kSchema);
  json.end();
  if (json.failed()) return std::nullopt;
  try {
    cell->correct_bits = base64_decode(bits);
  } catch (const Error&) {
    return std::nullopt;
  }
  const CellAccuracy& accuracy = cell->accuracy;
  const bool sound =
      holds_bits_of(cell->correct_bits, accuracy.images) && counts_as(cell->correct_bits, accuracy);
  return sound ? cell : std::nullopt;
}

}  // namespace splitbench
