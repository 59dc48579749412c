// The split space of one model.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace splitbench {

enum class SplitKind {
  kDeviceOnly,  // everything on the device: nothing is sent
  kInner,       // head on the device, tail on the server
  kServerOnly,  // the input is sent
};

// "device-only", "inner", "server-only".
const char* split_kind_name(SplitKind kind);

// One place to cut. Ids are the module path of the value that crosses, unique in the model, and the
// same for the same file on every machine; those of a cut that several tensors cross are joined
// with '+'.
struct SplitPoint {
  std::string id;
  std::vector<std::string> aliases;  // other module paths whose output is this very value
  SplitKind kind = SplitKind::kInner;
  BoundarySpec boundary;            // for the model's declared input shape
  bool block_end = false;           // closes one of the model's named blocks
  bool natural_bottleneck = false;  // see mark_natural_bottlenecks()
  bool batched = true;              // dimension 0 of all its tensors is the batch
};

// A place between two operations where the model was not cut, and why.
struct RefusedCut {
  std::string after;  // the id the cut would have had
  std::string reason;
};

// Sets `natural_bottleneck` on the splits of one model, which must be in order from the input to
// the output: a block end whose elements are fewer than the input's and fewer than those of every
// earlier natural bottleneck (Dynamic Split Computing, arXiv 2205.11269: c_l = |h_l| / |x| < 1,
// strictly decreasing records, block outputs only).
void mark_natural_bottlenecks(std::vector<SplitPoint>& splits, std::size_t input_elements);

// Resolves `all`, `blocks`, `natural` or ids (or aliases) separated by commas to indices into
// `splits`, ascending and unique. device-only and server-only are always included, unless they are
// named away with '-' ("blocks,-device-only"). `all` takes the cuts that one tensor crosses,
// `all-widths` those of several too.
// Throws Error{kBadInput} for an unknown name, with the nearest one.
std::vector<std::size_t> select_splits(const std::vector<SplitPoint>& splits,
                                       const std::string& selection);

}  // namespace splitbench
