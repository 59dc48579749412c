// The seam where LibTorch's exceptions become splitbench's Error.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace splitbench::torch_nn {

// One line with what went wrong: without LibTorch's C++ backtrace (c10::Error carries kilobytes of
// it) and without the TorchScript traceback, whose last line is the cause.
std::string torch_error_text(const std::exception& error);

// Throws Error{kRuntime} "<what>: <cause>" (Error passes through unchanged).
[[noreturn]] void rethrow_as_error(const std::string& what);

// Runs `body`; foreign exceptions leave as Error.
template <typename Body>
auto translated(const std::string& what, Body&& body) -> decltype(body()) {
  try {
    return std::forward<Body>(body)();
  } catch (...) {
    rethrow_as_error(what);
  }
}

}  // namespace splitbench::torch_nn
