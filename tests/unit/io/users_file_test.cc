#include "io/users_file.h"

#include <gtest/gtest.h>

#include "support/error_message.h"
#include "support/memory_file.h"

namespace splitbench {
namespace {

UsersFile read(const std::string& text) {
  const MemoryFile file(text.data(), text.size());
  return read_users(file.path());
}

constexpr char kDefaults[] =
    R"("defaults": {"device_profile": "d.json", "server_profile": "s.json", "cells": "sweep")";

TEST(UsersFile, DefaultsAreWhatUsersDoNotSay) {
  const UsersFile file = read(std::string("{\"shared_link\": \"wifi\", ") + kDefaults +
                              R"(, "weight": 3, "max_latency_s": 1}, "users": [{"name": "a"},
             {"name": "b", "link": "rate=1Mbit", "weight": 2, "arrivals_hz": 0.5,
              "max_latency_s": 0.2, "max_accuracy_loss": 0.01, "certain_loss": true}]})");
  EXPECT_EQ(file.shared_link, "wifi");
  ASSERT_EQ(file.users.size(), 2u);
  EXPECT_EQ(file.users[0].weight, 3);
  EXPECT_EQ(file.users[0].link, "");
  EXPECT_EQ(*file.users[0].constraints.max_latency_s, 1);
  EXPECT_FALSE(file.users[0].constraints.max_accuracy_loss);
  EXPECT_EQ(file.users[1].weight, 2);
  EXPECT_EQ(file.users[1].arrivals_hz, 0.5);
  EXPECT_EQ(*file.users[1].constraints.max_latency_s, 0.2);
  EXPECT_TRUE(file.users[1].constraints.certain_loss);
  EXPECT_EQ(file.users[1].link, "rate=1Mbit");
  // Files are relative to the file of users, wherever the program runs.
  EXPECT_EQ(file.users[0].cells.substr(file.users[0].cells.size() - 6), "/sweep");
}

TEST(UsersFile, RefusesWhatItDoesNotUnderstand) {
  const auto refuses = [](const std::string& text, const std::string& says) {
    const std::string message = bad_input_message([&] { read(text); });
    EXPECT_NE(message.find(says), std::string::npos) << message;
  };
  const std::string start = std::string("{") + kDefaults + "}, ";
  refuses(start + R"("users": []})", "0 entries");
  refuses(start + R"("users": [{"name": "a"}]})", "users[0] has no link");
  refuses(start + R"("users": [{"name": "a", "link": "wifi", "deadline": 1}]})",
          "has a key \"deadline\"");
  refuses(start + R"("users": [{"name": "a", "link": "wifi", "max_latancy_s": 1}]})",
          "did you mean 'max_latency_s'?");
  refuses(start + R"("users": [{"link": "wifi"}]})", "name");
  refuses(start + R"("users": [{"name": "a", "link": "wifi", "certain_loss": true}]})",
          "without max_accuracy_loss");
  refuses(R"({"users": [{"name": "a", "link": "wifi"}]})", "has no device_profile");
  refuses(start + R"("users": [{"name": "a", "link": "wifi", "max_energy_j": 1}]})",
          "users[0] has max_energy_j: plans for several users do not estimate energy");
  refuses(start + R"("users": [{"name": "a", "link": "wifi", "objective": "energy"}]})",
          "least weighted sum of latencies");
  refuses(R"({"user": []})", "did you mean 'users'?");
}

}  // namespace
}  // namespace splitbench
