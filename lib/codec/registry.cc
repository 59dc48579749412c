#include "codec/registry.h"

#include <set>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"

namespace splitbench {

#define SPLITBENCH_CODEC(name) CodecFactory name##_codec();
#include "codec/builtin.inc"
#undef SPLITBENCH_CODEC

const std::vector<CodecFactory>& codec_factories() {
  static const std::vector<CodecFactory> factories = {
#define SPLITBENCH_CODEC(name) name##_codec(),
#include "codec/builtin.inc"
#undef SPLITBENCH_CODEC
  };
  return factories;
}

const CodecFactory& find_codec(const std::string& name) {
  std::vector<std::string> names;
  for (const CodecFactory& factory : codec_factories()) {
    if (factory.description.name == name) return factory;
    names.push_back(factory.description.name);
  }
  throw bad_input("unknown codec '" + name + "'" + suggestion(name, names));
}

const CodecFactory& find_codec(std::uint8_t wire_id) {
  for (const CodecFactory& factory : codec_factories()) {
    if (factory.description.wire_id == wire_id) return factory;
  }
  throw bad_input("codec stream: codec number " + std::to_string(wire_id) +
                  " is unknown; it was written by another version of splitbench");
}

Spec complete_codec_spec(const Spec& spec) {
  return resolve_options(spec, find_codec(spec.name).description.options);
}

ConfiguredCodec make_codec(const Spec& spec) {
  const CodecFactory& factory = find_codec(spec.name);
  const Spec complete = complete_codec_spec(spec);
  return {complete.canonical(), factory.description, factory.make(complete)};
}

std::vector<ConfiguredCodec> make_codecs(const std::vector<std::string>& spec_texts) {
  std::vector<ConfiguredCodec> codecs;
  std::set<std::string> seen;
  for (const std::string& text : spec_texts) {
    for (const Spec& spec : expand_spec(text)) {
      ConfiguredCodec codec = make_codec(spec);
      if (seen.insert(codec.spec).second) codecs.push_back(std::move(codec));
    }
  }
  return codecs;
}

std::vector<std::string> default_codec_specs() {
  std::vector<std::string> specs;
  for (const CodecFactory& factory : codec_factories()) {
    const std::vector<std::string>& sweep = factory.description.default_sweep;
    specs.insert(specs.end(), sweep.begin(), sweep.end());
  }
  return specs;
}

}  // namespace splitbench
