// Model manifests: `<name>.json` files that say where a model is and how to feed it.
//
//   {"name", "file", "sha256", "input_shape": [1,3,224,224],
//    "preprocess": {"resize", "crop", "interpolation": "bilinear|bicubic", "mean",
//                   "std", "channels": "rgb|gray"},
//    "classes": [...], "dataset", "reference_accuracy", "source"}
//
// `name` and `file` are required. Thread-safe.
#pragma once

#include <string>

#include "core/manifest.h"

namespace splitbench {

// `file` is resolved against the manifest's folder; the model itself is not opened.
// Throws Error{kBadInput} naming the file and the key that is missing or wrong.
ModelManifest read_model_manifest(const std::string& path);

}  // namespace splitbench
