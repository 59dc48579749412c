#include "pipeline/team_message.h"

#include <sstream>

#include "base/error.h"

namespace splitbench {

std::string team_text(const TeamMessage& message) {
  return static_cast<char>(message.word) + std::to_string(message.round) + " " +
         std::to_string(message.task) + "\n" + message.body;
}

TeamMessage parse_team_message(const std::string& text) {
  const std::size_t end = text.find('\n');
  TeamMessage message;
  if (end != std::string::npos && std::string("ibrlptwe").find(text[0]) != std::string::npos) {
    std::istringstream numbers(text.substr(1, end - 1));
    if (numbers >> message.round >> message.task && numbers.peek() == EOF) {
      message.word = static_cast<TeamWord>(text[0]);
      message.body = text.substr(end + 1);
      return message;
    }
  }
  throw runtime_failure(
      "another rank sent what is no message of this version; start the same splitbench everywhere");
}

}  // namespace splitbench
