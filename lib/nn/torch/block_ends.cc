// block_ends() of layer_names.h: the rule that finds a model's blocks.
#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "nn/torch/layer_names.h"

namespace splitbench::torch_nn {
namespace {

// Consecutive nodes below the same child of a module (or one node of the module's own forward).
struct Group {
  std::size_t begin = 0, end = 0;  // half-open range of nodes
  std::string child;               // empty for a node of the module's own forward
  bool composite = false;          // the child has modules of its own
};

class BlockFinder {
 public:
  BlockFinder(const std::vector<NodePlace>& places, const std::vector<bool>& is_cut)
      : places_(places), is_cut_(is_cut) {}

  std::vector<std::size_t> find() {
    descend(0, places_.size(), 0);
    return std::move(ends_);
  }

 private:
  std::vector<Group> groups(std::size_t begin, std::size_t end, std::size_t depth) const {
    std::vector<Group> found;
    for (std::size_t i = begin; i < end; ++i) {
      const auto& path = places_[i].path;
      const std::string child = path.size() > depth ? path[depth] : "";
      if (found.empty() || child.empty() || found.back().child != child) {
        found.push_back({i, i, child, false});
      }
      found.back().end = i + 1;
      found.back().composite |= path.size() > depth + 1;
    }
    return found;
  }

  // A child is a trunk, to be followed further, when it chains at least two composite modules with
  // cuts between them, is a sequence (children named by numbers) of several layers with weights, or
  // holds such a chain of modules that are nested themselves (`encoder.layers.encoder_layer_3`);
  // the convolution-and-activation pairs inside a block are not nested.
  bool is_trunk(const Group& group, std::size_t depth) const {
    const std::vector<Group> inner = groups(group.begin, group.end, depth + 1);
    std::size_t chained = 0, layers = 0;
    bool sequence = true;
    for (const Group& child : inner) {
      const bool number =
          !child.child.empty() && std::all_of(child.child.begin(), child.child.end(),
                                              [](unsigned char c) { return std::isdigit(c) != 0; });
      sequence = sequence && number && !child.composite;
      chained += child.composite && is_cut_[child.end - 1] ? 1 : 0;
      layers += places_[child.begin].parametric ? 1 : 0;
      if (child.composite && nested_chain(child, depth + 1) >= 2) return true;
    }
    return chained >= 2 || (sequence && layers >= 2);
  }

  // How many modules of `group` end at a cut and have composite modules inside.
  std::size_t nested_chain(const Group& group, std::size_t depth) const {
    std::size_t chained = 0;
    for (const Group& child : groups(group.begin, group.end, depth + 1)) {
      const std::vector<Group> inner = groups(child.begin, child.end, depth + 2);
      const bool nested =
          child.composite &&
          std::any_of(inner.begin(), inner.end(), [](const Group& g) { return g.composite; });
      chained += nested && is_cut_[child.end - 1] ? 1 : 0;
    }
    return chained;
  }

  void descend(std::size_t begin, std::size_t end, std::size_t depth) {
    bool run_open = false;      // layers stood in the trunk by themselves since the last block
    bool run_weighted = false;  // and one of them has weights
    for (const Group& group : groups(begin, end, depth)) {
      if (group.composite) {
        if (run_open) end_block(group.begin);
        run_open = run_weighted = false;
        if (is_trunk(group, depth)) {
          descend(group.begin, group.end, depth + 1);
        } else {
          end_block(group.end);
        }
        continue;
      }
      const bool weighted = places_[group.begin].parametric;
      // Pooling in front of a classifier is a block, padding in front of the stem is not.
      if (weighted && (run_weighted || (run_open && !ends_.empty()))) {
        end_block(group.begin);
        run_weighted = false;
      }
      run_weighted |= weighted;
      run_open = true;
    }
    if (run_open) end_block(end);
  }

  void end_block(std::size_t end) {
    if (end > 0 && is_cut_[end - 1]) ends_.push_back(end - 1);
  }

  const std::vector<NodePlace>& places_;
  const std::vector<bool>& is_cut_;
  std::vector<std::size_t> ends_;
};

}  // namespace

std::vector<std::size_t> block_ends(const std::vector<NodePlace>& places,
                                    const std::vector<bool>& is_cut) {
  return BlockFinder(places, is_cut).find();
}

}  // namespace splitbench::torch_nn
