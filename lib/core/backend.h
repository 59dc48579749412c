// What splitbench needs of a deep-learning framework. LibTorch fills it in (lib/nn/torch); nothing
// above this interface knows any framework.
//
// Threads: Segment::run() and Model::capture() may be called from several threads at once, each of
// which should call use_threads() first; everything else is for one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "core/split.h"
#include "core/tensor.h"
#include "core/training.h"

namespace splitbench {

struct ModelOptions {
  std::string path;                  // TorchScript file
  std::optional<Shape> input_shape;  // required when the file does not tell
  std::string output = "0";          // which output: a number, or a key of a returned dict/tuple
  std::size_t max_boundary_tensors = 1;  // offer cuts that up to so many tensors cross
  std::string device = "cpu";            // "cpu", "cuda:0"
  int threads = 1;                       // intra-op threads
};

// One operation of the network, in order of execution.
struct LayerInfo {
  std::string id;      // named like splits
  std::string op;      // "conv2d", "relu_", "add"
  Shape output_shape;  // of its first tensor output; empty when it has none
  std::size_t output_bytes = 0;
  std::uint64_t macs = 0;  // multiply-accumulates; 0 for operations without
  std::size_t parameter_bytes = 0;
};

struct ModelInfo {
  std::uint64_t parameters = 0;
  std::uint64_t macs = 0;
  TensorSpec input;  // batch dimension 1
  TensorSpec output;
  bool any_batch = true;  // false when the graph only runs at its recorded batch size
  std::vector<LayerInfo> layers;
  std::vector<SplitPoint> splits;   // server-only, inner ones from input to output, device-only
  std::vector<RefusedCut> refused;  // single-tensor places that are not offered, with reasons
};

// A part of the network that runs as one un-instrumented call.
class Segment {
 public:
  virtual ~Segment() = default;
  // Never modifies `input`, even when the network works in place. The batch dimension is free if
  // the model's is.
  virtual Boundary run(const Boundary& input) = 0;
  // Seconds of `calls` consecutive runs, each on a fresh device copy of `input` prepared before the
  // clock starts; the device is synchronised at both ends. Results are discarded.
  virtual double time_s(const Boundary& input, int calls) = 0;
  // For a tail whose output holds scores (batch x classes): the gradient of
  // sum_i log softmax(scores_i)[classes[i]] with respect to every tensor of `input`; an element
  // type without gradients gets an empty Tensor. Throws Error{kRuntime} where the network cannot be
  // differentiated. Thread-safe as run() is.
  virtual Boundary score_gradient(const Boundary& input, const std::vector<int>& classes) = 0;
};

class Model {
 public:
  virtual ~Model() = default;
  virtual const ModelInfo& info() const = 0;

  // How many threads one operation may use when the calling thread runs it. Many inputs are best
  // worked through by several threads that use one each: no waiting for each other.
  virtual void use_threads(int threads) = 0;

  // From now on the memory of tensors is kept for the next run, in all of the process, where the
  // framework can: for many runs of which none is timed. A profile measures without.
  virtual void keep_memory() {}

  // The framework's own forward of the file as it was loaded, chosen output only: the reference
  // that heads and tails are held against.
  virtual Tensor reference(const Tensor& input) = 0;

  // Heads take the input and yield the boundary; tails take the boundary and yield the output.
  // The head of server-only and the tail of device-only are the identity and cost nothing.
  virtual std::unique_ptr<Segment> head(std::size_t split) = 0;
  virtual std::unique_ptr<Segment> tail(std::size_t split) = 0;
  // The whole network through the same machinery as heads and tails.
  virtual std::unique_ptr<Segment> whole() = 0;

  // All named boundaries of one input (and the output, last) in a single pass. No result aliases
  // another or is changed by the rest of the network.
  virtual std::vector<Boundary> capture(const Tensor& input,
                                        const std::vector<std::size_t>& splits) = 0;

  // One instrumented pass: seconds of every layer, in the order of info().layers.
  virtual std::vector<double> time_layers(const Tensor& input) = 0;

  // Trains a bottleneck for this network, which must outlive it; weights are drawn by the seed. The
  // trainers of a network share its passes over numbered batches, and one thread calls them all.
  // Throws Error{kBadInput} when the back-end cannot train or the plan does not fit the network.
  virtual std::unique_ptr<Trainer> trainer(const TrainingPlan& plan, std::uint64_t seed);
};

// A network that stands for itself, such as a bottleneck's encoder.
struct NetworkOptions {
  std::string name;            // for messages: its file and part
  std::string device = "cpu";  // as ModelOptions
};

// An opened framework.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::vector<std::pair<std::string, std::string>> library_versions() const = 0;
  // Throws Error{kBadInput} when the file is not a model this back-end can cut.
  virtual std::unique_ptr<Model> load(const ModelOptions& options) = 0;
  // The whole of a TorchScript archive as one segment: a tensor in, a tensor out. Throws
  // Error{kBadInput} when it is none.
  virtual std::unique_ptr<Segment> open_network(ByteView archive,
                                                const NetworkOptions& options) = 0;
};

}  // namespace splitbench
