#include "nn/torch/torch_errors.h"

#include <c10/util/Exception.h>

#include <new>

#include "base/error.h"

namespace splitbench::torch_nn {
namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const std::size_t newline = text.rfind('\n');
  return newline == std::string::npos ? text : text.substr(newline + 1);
}

}  // namespace

std::string torch_error_text(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  const std::string text =
      torch_error != nullptr ? torch_error->what_without_backtrace() : error.what();
  // The interpreter wraps the cause in "... Traceback of TorchScript ...\nRuntimeError: <cause>".
  if (text.find("Traceback of TorchScript") == std::string::npos) return first_line(text);
  const std::size_t cause = text.rfind("RuntimeError: ");
  return cause == std::string::npos ? last_line(text) : first_line(text.substr(cause + 14));
}

void rethrow_as_error(const std::string& what) {
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw runtime_failure(what + ": out of memory");
  } catch (const std::exception& error) {
    throw runtime_failure(what + ": " + torch_error_text(error));
  }
}

}  // namespace splitbench::torch_nn
