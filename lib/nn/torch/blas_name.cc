#include "nn/torch/blas_name.h"

#include <ATen/Context.h>
#include <dlfcn.h>

#include <sstream>

namespace splitbench::torch_nn {

std::string blas_name() {
  if (at::hasMKL()) return "MKL";
  // Only if it is loaded already; what stands behind the name is the system's choice.
  void* library = dlopen("libblas.so.3", RTLD_LAZY | RTLD_NOLOAD);
  if (library == nullptr) return "";
  std::string name = "libblas";
  using Config = char* (*)();
  if (const auto config = reinterpret_cast<Config>(dlsym(library, "openblas_get_config"))) {
    std::istringstream words(config());
    std::string product, version;
    words >> product >> version;
    name = product + " " + version;
  }
  dlclose(library);
  return name;
}

}  // namespace splitbench::torch_nn
