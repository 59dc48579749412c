// Ids of layers and splits: the module path of the value, unique and the same on every machine.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "nn/torch/frozen_graph.h"

namespace splitbench::torch_nn {

// Where a compute node came from.
struct NodePlace {
  std::vector<std::string> path;  // module path: {"layer1", "0", "relu"}; empty in forward itself
  std::string op;                 // "conv2d", "relu_"
  bool parametric = false;        // has weights (biases and normalisation do not count)
};

// The places of `nodes`, from the call stacks that inlining left on them.
std::vector<NodePlace> node_places(const std::vector<jit::Node*>& nodes);

struct LayerName {
  std::string id;
  std::vector<std::string> aliases;  // enclosing modules whose output this is as well
};

// The output of a module's last node carries the module's path; any other node's output its
// module's path and the operation ("layer1.0.add"). Names that occur twice: the first that is a cut
// (`is_cut[i]`) keeps the plain name, so that `layer2.0.relu` is the place where a residual block
// can be cut although the same ReLU also runs inside it; the others get "@<call>".
std::vector<LayerName> layer_names(const std::vector<NodePlace>& places,
                                   const std::vector<bool>& is_cut);

// Indices into `places` of the nodes that end one of the model's named blocks and are cuts.
// Sequential trunks are followed down to the modules that they chain (`features.3`, `layer2.0`);
// layers that stand in a trunk by themselves are grouped so that each group holds one layer with
// weights, as are all layers of a model without module names.
std::vector<std::size_t> block_ends(const std::vector<NodePlace>& places,
                                    const std::vector<bool>& is_cut);

}  // namespace splitbench::torch_nn
