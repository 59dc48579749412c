// The one exception type of splitbench.
//
// Foreign exceptions (LibTorch, OpenCV, nlohmann, std::filesystem ...) are translated to it in the
// module that owns the library. A message is one line: what happened, with the values, and what to
// do next. Catch sites: module seams, the sweep's cell, main().
#pragma once

#include <stdexcept>
#include <string>

namespace splitbench {

// Why something failed; each maps to one process exit code (see exit_code()).
enum class ErrorCode {
  kRuntime,             // the work itself failed: I/O, out of memory, a library
  kBadInput,            // bad usage or bad input: option, file, spec, shape
  kPartial,             // done, but some cells failed
  kInfeasible,          // no plan satisfies the constraints
  kMissingMeasurement,  // a measurement that was required could not be taken
};

// The process exit code for an error: 1 runtime, 2 bad input, 3 partial, 4 infeasible, 5 missing.
int exit_code(ErrorCode code);

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const { return code_; }

 private:
  ErrorCode code_;
};

// Shorthands for the two codes that nearly every throw site needs.
inline Error bad_input(const std::string& message) { return {ErrorCode::kBadInput, message}; }
inline Error runtime_failure(const std::string& message) { return {ErrorCode::kRuntime, message}; }

}  // namespace splitbench
