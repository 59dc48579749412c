#include "help_formatter.h"

#include <CLI/CLI.hpp>
#include <sstream>

namespace splitbench {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kIndent = 2;
constexpr std::size_t kTextColumn = 24;

// `name`, then `text` from kTextColumn on, wrapped; on the next line when the name is too long.
std::string entry(const std::string& name, const std::string& text) {
  std::string result = std::string(kIndent, ' ') + name;
  if (result.size() + 2 > kTextColumn) {
    result += "\n" + std::string(kTextColumn, ' ');
  } else {
    result.resize(kTextColumn, ' ');
  }
  std::istringstream words(text);
  std::string word;
  std::size_t column = kTextColumn;
  while (words >> word) {
    if (column > kTextColumn && column + 1 + word.size() > kWidth) {
      result += "\n" + std::string(kTextColumn, ' ');
      column = kTextColumn;
    }
    const bool first = column == kTextColumn;
    result += (first ? "" : " ") + word;
    column += word.size() + (first ? 0 : 1);
  }
  return result + "\n";
}

}  // namespace

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  std::string text = option->get_description();
  if (option->get_required() && !is_positional) text += " (required)";
  if (!option->get_default_str().empty()) text += " (default " + option->get_default_str() + ")";
  return entry(option->get_name(is_positional, true), text);
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  return entry(command->get_name(), command->get_description());
}

}  // namespace splitbench
