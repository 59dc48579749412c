#include "nn/torch/torch_network.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/serialization/import.h>

#include <istream>
#include <streambuf>

#include "base/error.h"
#include "nn/torch/frozen_graph.h"
#include "nn/torch/subgraph.h"
#include "nn/torch/torch_device.h"
#include "nn/torch/torch_errors.h"
#include "nn/torch/torch_segment.h"

namespace splitbench::torch_nn {
namespace {

// Reads what lies in memory, without a copy.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(ByteView view) {
    // A streambuf reads through pointers to non-const.
    char* begin = const_cast<char*>(reinterpret_cast<const char*>(view.data));
    setg(begin, begin, begin + view.size);
  }

 protected:
  pos_type seekoff(off_type offset, std::ios_base::seekdir from,
                   std::ios_base::openmode /*which*/) override {
    char* base = from == std::ios_base::beg   ? eback()
                 : from == std::ios_base::cur ? gptr()
                                              : egptr();
    const off_type target = (base - eback()) + offset;
    if (target < 0 || target > egptr() - eback()) return pos_type(off_type(-1));
    setg(eback(), eback() + target, egptr());
    return pos_type(target);
  }
  pos_type seekpos(pos_type position, std::ios_base::openmode which) override {
    return seekoff(off_type(position), std::ios_base::beg, which);
  }
};

FrozenGraph load_graph(ByteView archive, const NetworkOptions& options, const at::Device& device) {
  try {
    ViewBuffer buffer(archive);
    std::istream stream(&buffer);
    jit::Module module = jit::load(stream, device);
    module.eval();
    if (!module.find_method("forward")) {
      throw bad_input(options.name + ": the module has no forward()");
    }
    return freeze_to_graph(module, "0");
  } catch (const Error& error) {
    throw bad_input(options.name + ": " + error.what());
  } catch (const std::exception& error) {
    throw bad_input(options.name + ": not a TorchScript archive that this LibTorch can load (" +
                    torch_error_text(error) + ")");
  }
}

}  // namespace

std::unique_ptr<Segment> open_torch_network(ByteView archive, const NetworkOptions& options) {
  const at::NoGradGuard guard;
  const at::Device device = parse_device(options.device);
  const FrozenGraph frozen = load_graph(archive, options, device);
  SubgraphBuilder builder;
  builder.add_input(frozen.input);
  for (jit::Node* node : frozen.nodes) builder.add_node(node);
  builder.add_output(frozen.output);
  const jit::AliasDb aliases(frozen.graph);
  return std::make_unique<TorchSegment>(
      builder.graph(), TorchSegment::Settings{device, synchroniser(device),
                                              aliases.hasWriters(frozen.input), options.name});
}

}  // namespace splitbench::torch_nn
