// Which library LibTorch multiplies matrices with: it decides how long 1x1 convolutions and
// classifiers take. Thread-safe.
#pragma once

#include <string>

namespace splitbench::torch_nn {

// "MKL", "OpenBLAS 0.3.21", or "libblas" for one that does not tell what it is, as the reference
// implementation. Empty where LibTorch brings a library of its own inside.
std::string blas_name();

}  // namespace splitbench::torch_nn
