#include "codec/registry.h"

#include <set>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"

namespace splitbench {

#define SPLITBENCH_CODEC(name) CodecFactory name##_codec();
#include "codec/builtin.inc"
#undef SPLITBENCH_CODEC

namespace {

constexpr const char* kUncalibrated =
    "needs to be calibrated on images that are not evaluated: name them with --calibration";
constexpr const char* kUndecided =
    "finds its setting on images that are not evaluated: name them with --calibration";

constexpr const char* kSearched = "has settings that are found one by one";
constexpr const char* kUnopened = "is trained: open the file of its bottleneck first";
constexpr const char* kAnyValue = "*";  // of a rate option that is searched

// Stands in for a codec that lacks what only images can tell.
class UnfinishedCodec : public Codec {
 public:
  explicit UnfinishedCodec(std::string reason) : reason_(std::move(reason)) {}

  std::string unsupported_reason(const TensorSpec& /*spec*/) const override { return reason_; }
  Bytes encode(const Tensor& /*tensor*/) const override { throw bad_input(reason_); }
  Tensor decode(ByteView /*body*/, const TensorSpec& /*spec*/) const override {
    throw bad_input("codec stream: its codec " + reason_);
  }

 private:
  std::string reason_;
};

CodecFactory learned_factory(const char* name, std::uint8_t wire_id, const char* summary) {
  CodecFactory factory;
  factory.description.name = name;
  factory.description.summary = summary;
  factory.description.wire_id = wire_id;
  OptionDescription file;
  file.name = "file";
  file.type = OptionType::kText;
  file.help = "bottleneck that 'splitbench train' wrote, or a folder with some of this method";
  file.required = true;
  factory.description.options = {file};
  factory.learned = true;
  return factory;
}

// Takes the rate target, if there is one, out of the options.
std::optional<RateTarget> take_target(Spec& spec, const CodecDescription& description) {
  std::optional<RateTarget> target;
  if (!description.rate) return target;
  for (const RateGoal goal : {RateGoal::kLoss, RateGoal::kBytes}) {
    const auto given = spec.options.find(rate_goal_option(goal));
    if (given == spec.options.end()) continue;
    const std::string where = spec.name + ":" + given->first;
    if (target || spec.options.count(description.rate->option) != 0) {
      throw bad_input(where + ": only one of target-loss, target-bytes and " +
                      description.rate->option + " can be given");
    }
    target = RateTarget{goal, parse_number(given->second, where)};
    const double most = goal == RateGoal::kLoss ? 1 : 1e12;
    if (!(target->value >= 0 && target->value <= most)) {
      throw bad_input(where + ": " + given->second + " is outside 0 to " + format_number(most));
    }
    spec.options.erase(given);
  }
  return target;
}

}  // namespace

const std::vector<CodecFactory>& codec_factories() {
  static const std::vector<CodecFactory> factories = {
#define SPLITBENCH_CODEC(name) name##_codec(),
#include "codec/builtin.inc"
#undef SPLITBENCH_CODEC
  };
  return factories;
}

const std::vector<CodecFactory>& learned_codec_factories() {
  static const std::vector<CodecFactory> factories = {
#define SPLITBENCH_LEARNED_CODEC(name, wire_id, summary) learned_factory(name, wire_id, summary),
#include "codec/bottleneck/learned.inc"
#undef SPLITBENCH_LEARNED_CODEC
  };
  return factories;
}

const CodecFactory& find_codec(const std::string& name) {
  std::vector<std::string> names;
  for (const auto* factories : {&codec_factories(), &learned_codec_factories()}) {
    for (const CodecFactory& factory : *factories) {
      if (factory.description.name == name) return factory;
      names.push_back(factory.description.name);
    }
  }
  throw bad_input("unknown codec '" + name + "'" + suggestion(name, names));
}

const CodecFactory& find_codec(std::uint8_t wire_id) {
  for (const auto* factories : {&codec_factories(), &learned_codec_factories()}) {
    for (const CodecFactory& factory : *factories) {
      if (factory.description.wire_id == wire_id) return factory;
    }
  }
  throw bad_input("codec stream: codec number " + std::to_string(wire_id) +
                  " is unknown; it was written by another version of splitbench");
}

Spec complete_codec_spec(const Spec& spec) {
  return resolve_options(spec, find_codec(spec.name).description.options);
}

ConfiguredCodec make_codec(const Spec& spec, OpenRate open) {
  const CodecFactory& factory = find_codec(spec.name);
  Spec wanted = spec;
  ConfiguredCodec codec;
  codec.description = factory.description;
  codec.target = take_target(wanted, factory.description);
  codec.searched = open == OpenRate::kSearched && factory.description.rate && !codec.target &&
                   wanted.options.count(factory.description.rate->option) == 0;
  Spec complete = complete_codec_spec(wanted);
  if (codec.searched) {
    codec.needs_calibration = factory.calibrated && factory.calibrated->needed(complete);
    codec.codec = std::make_unique<UnfinishedCodec>(kSearched);
    complete.options[factory.description.rate->option] = kAnyValue;
  } else if (codec.target) {
    codec.codec = std::make_unique<UnfinishedCodec>(kUndecided);
    complete.options.erase(factory.description.rate->option);
    complete.options[rate_goal_option(codec.target->goal)] = format_number(codec.target->value);
  } else if (factory.calibrated && factory.calibrated->needed(complete)) {
    codec.needs_calibration = true;
    codec.codec = std::make_unique<UnfinishedCodec>(kUncalibrated);
  } else if (factory.learned) {
    codec.learned = true;
    codec.codec = std::make_unique<UnfinishedCodec>(kUnopened);
  } else {
    codec.codec = factory.make(complete);
  }
  codec.spec = complete.canonical();
  return codec;
}

ConfiguredCodec at_rate(const ConfiguredCodec& codec, const std::string& value) {
  Spec spec = parse_spec(codec.spec);
  if (codec.target) spec.options.erase(rate_goal_option(codec.target->goal));
  spec.options[codec.description.rate->option] = value;
  return make_codec(spec);
}

std::vector<ConfiguredCodec> make_codecs(const std::vector<std::string>& spec_texts,
                                         OpenRate open) {
  std::vector<ConfiguredCodec> codecs;
  std::set<std::string> seen;
  for (const std::string& text : spec_texts) {
    for (const Spec& spec : expand_spec(text)) {
      ConfiguredCodec codec = make_codec(spec, open);
      if (seen.insert(codec.spec).second) codecs.push_back(std::move(codec));
    }
  }
  return codecs;
}

std::vector<std::string> default_codec_specs(OpenRate open) {
  std::vector<std::string> specs;
  for (const CodecFactory& factory : codec_factories()) {
    const CodecDescription& description = factory.description;
    for (const std::string& text : description.default_sweep) {
      if (open == OpenRate::kDefault || !description.rate) {
        specs.push_back(text);
        continue;
      }
      for (Spec& spec : expand_spec(text)) {
        spec.options.erase(description.rate->option);
        specs.push_back(spec.canonical());
      }
    }
  }
  return specs;
}

}  // namespace splitbench
