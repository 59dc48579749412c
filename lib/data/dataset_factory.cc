#include "data/dataset_factory.h"

#include <utility>

namespace splitbench {

OptionDescription part_option() {
  OptionDescription option;
  option.name = "part";
  option.type = OptionType::kChoice;
  option.default_value = "test";
  option.help = "which part";
  option.choices = {"test", "train"};
  return option;
}

OptionDescription path_option(std::string name, std::string help, bool required) {
  OptionDescription option;
  option.name = std::move(name);
  option.type = OptionType::kText;
  option.help = std::move(help);
  option.required = required;
  return option;
}

}  // namespace splitbench
