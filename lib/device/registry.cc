#include "device/registry.h"

#include "base/error.h"
#include "base/nearest.h"
#include "base/spec.h"

namespace splitbench {

#define SPLITBENCH_METER(name) MeterFactory name##_meter();
#include "device/builtin.inc"
#undef SPLITBENCH_METER

namespace {

std::vector<MeterFactory> meter_factories() {
  return {
#define SPLITBENCH_METER(name) name##_meter(),
#include "device/builtin.inc"
#undef SPLITBENCH_METER
  };
}

}  // namespace

std::vector<MeterDescription> meter_descriptions() {
  std::vector<MeterDescription> descriptions;
  for (const MeterFactory& factory : meter_factories()) {
    descriptions.push_back(factory.description);
  }
  return descriptions;
}

Meter open_meter(const std::string& text, const MeterContext& given) {
  MeterContext context = given;  // with a root that "/sys" can follow
  while (!context.root.empty() && context.root.back() == '/') context.root.pop_back();
  const Spec spec = parse_spec(text);
  std::vector<std::string> names = {"none"};
  for (const MeterFactory& factory : meter_factories()) {
    const MeterDescription& description = factory.description;
    names.push_back(description.name);
    if (description.name != spec.name) continue;
    const Spec resolved = resolve_options(spec, description.options);
    Meter meter = factory.open(resolved, context);
    meter.info.spec = resolved.canonical();
    return meter;
  }
  throw bad_input("unknown meter '" + spec.name + "'" + suggestion(spec.name, names));
}

std::variant<MeterInfo, std::string> try_meter(const std::string& name,
                                               const MeterContext& context) {
  try {
    return open_meter(name, context).info;
  } catch (const Error& error) {
    return std::string(error.what());
  }
}

}  // namespace splitbench
