// The options that every command with a MODEL shares.
#pragma once

#include <CLI/App.hpp>
#include <string>

#include "command.h"
#include "pipeline/model_session.h"
#include "pipeline/run_recorder.h"

namespace splitbench {

class ModelOptionGroup {
 public:
  // MODEL becomes a required positional when `positional`.
  void configure(CLI::App& app, bool positional = true);
  // Opens the model; its file and library go into the record when there is one.
  ModelSession open(const Context& context, RunRecorder* recorder) const;

  std::string model;
  std::string input_shape;
  std::string model_output = "0";
  std::size_t cut_width = 1;
  std::string device = "cpu";
  int threads = 0;  // set to the number of CPUs by configure()
};

}  // namespace splitbench
