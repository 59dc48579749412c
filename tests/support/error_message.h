// What an action throws, as a value to compare with.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace splitbench {

// The message of the Error{code} that `action` throws; a test failure when it throws no Error,
// another code, or a message of several lines.
template <typename Action>
std::string error_message(ErrorCode code, Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(exit_code(error.code()), exit_code(code)) << error.what();
    const std::string message = error.what();
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    return message;
  }
  ADD_FAILURE() << "no Error was thrown";
  return "";
}

template <typename Action>
std::string bad_input_message(Action&& action) {
  return error_message(ErrorCode::kBadInput, action);
}

}  // namespace splitbench
