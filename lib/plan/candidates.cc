#include "plan/candidates.h"

#include <optional>
#include <string>
#include <unordered_map>

#include "base/error.h"
#include "base/spec.h"
#include "plan/cost_model.h"
#include "plan/memory.h"

namespace splitbench {
namespace {

using SplitIndex = std::unordered_map<std::string, const SplitProfile*>;

SplitIndex index_splits(const Profile& profile) {
  SplitIndex index;
  for (const SplitProfile& split : profile.splits) index.emplace(split.split.id, &split);
  return index;
}

std::string short_hash(const std::string& sha256) {
  return sha256.empty() ? "unknown" : sha256.substr(0, 12);
}

std::string model_text(const Profile& profile) {
  return "'" + profile.model_name + "' (" + short_hash(profile.model_sha256) + ")";
}

void check_same_model(const PlanRequest& request) {
  const Profile& device = request.device;
  const Profile& server = request.server;
  if (device.model_sha256 != server.model_sha256) {
    throw bad_input("the device profile is of model " + model_text(device) +
                    ", the server profile of " + model_text(server) +
                    "; profile the same model file on both");
  }
  if (device.input != server.input) {
    throw bad_input("the device profile has input " + shape_text(device.input.shape) +
                    ", the server profile " + shape_text(server.input.shape) +
                    "; profile with the same --input-shape on both");
  }
  for (const Cell& cell : request.cells) {
    if (cell.key.model == device.model_sha256) continue;
    throw bad_input("the profiles are of model " + model_text(device) + ", the cell " +
                    cell.key.split + " with " + cell.key.codec + " is of model " +
                    short_hash(cell.key.model) + "; give cells of the same model file");
  }
}

void check_batch_size(int batch) {
  constexpr int kMaxBatch = 65536;
  if (batch >= 1 && batch <= kMaxBatch) return;
  throw bad_input("batch is " + std::to_string(batch) + "; it must be 1 to " +
                  std::to_string(kMaxBatch));
}

void check_batch(const Profile& profile, int batch, const char* side) {
  if (profile.batch == 1 || profile.batch == batch) return;
  throw bad_input(std::string("the ") + side + " profile is of batches of " +
                  std::to_string(profile.batch) + ", the plan of " + std::to_string(batch) +
                  "; profile with --batch " + std::to_string(batch) + " or 1");
}

// Written so that NaN fails too.
void check_scale(double scale, const char* name) {
  if (scale > 0 && scale <= 1e6) return;
  throw bad_input(std::string(name) + " is " + format_number(scale) +
                  "; it must be above 0 and at most 1e6 (2: half as fast as measured)");
}

// Why the cell's times and bytes do not belong to a profile's, or nothing. The tensors at one split
// of one model differ in size when the input does.
std::string size_mismatch(const Cell& cell, const SplitProfile& split, int batch,
                          const char* side) {
  const std::size_t profiled = split.boundary_bytes / static_cast<std::size_t>(batch);
  if (cell.boundary_bytes == profiled) return "";
  return "measured at another input size: " + std::to_string(cell.boundary_bytes) + " B here, " +
         std::to_string(profiled) + " B in the " + side + " profile";
}

// What all candidates of a request share.
struct Sides {
  Conditions conditions;
  SplitIndex device, server;
  int device_batch = 1, server_batch = 1;
  std::unordered_map<std::string, double> memory;
};

Candidate cell_candidate(const Cell& cell, const Sides& sides) {
  Candidate candidate;
  candidate.split = cell.key.split;
  candidate.codec = cell.key.codec;
  // A bottleneck takes what its encoder's split yields: nothing of the model runs behind that.
  const bool learned = cell.bottleneck.has_value();
  const auto head = sides.device.find(learned ? cell.bottleneck->encoder_split : cell.key.split);
  const auto tail = sides.server.find(cell.key.split);
  if (cell.status != CellStatus::kOk) {
    candidate.rejected_because = std::string("cell ") + cell_status_name(cell.status) +
                                 (cell.reason.empty() ? "" : ": " + cell.reason);
  } else if (head == sides.device.end()) {
    candidate.rejected_because = learned ? "the split of its encoder, " +
                                               cell.bottleneck->encoder_split +
                                               ", is not in the device profile"
                                         : "split not in the device profile";
  } else if (tail == sides.server.end()) {
    candidate.rejected_because = "split not in the server profile";
  } else {
    if (head->first == cell.key.split) {
      candidate.rejected_because = size_mismatch(cell, *head->second, sides.device_batch, "device");
    }
    if (candidate.rejected_because.empty()) {
      candidate.rejected_because = size_mismatch(cell, *tail->second, sides.server_batch, "server");
    }
  }
  if (candidate.rejected_because.empty()) {
    candidate.estimate = estimate_split(*head->second, *tail->second, cell, sides.conditions,
                                        device_memory_bytes(sides.memory, cell));
  }
  return candidate;
}

}  // namespace

void check_request(const PlanRequest& request) {
  validate(request.link);
  check_load(request.queue, request.server_load);
  check_batch_size(request.batch);
  check_scale(request.device_scale, "device scale");
  check_scale(request.server_scale, "server scale");
  check_same_model(request);
  check_batch(request.device, request.batch, "device");
  check_batch(request.server, request.batch, "server");
  if (request.trace && !(request.trace->mean() > 0)) {
    throw bad_input("the trace '" + request.trace_file + "' never has a rate above zero");
  }
}

std::vector<Candidate> enumerate_candidates(const PlanRequest& request) {
  const Sides sides = {conditions_of(request),       index_splits(request.device),
                       index_splits(request.server), request.device.batch,
                       request.server.batch,         head_memory_bytes(request.device)};
  const std::string device_only = split_kind_name(SplitKind::kDeviceOnly);

  std::vector<Candidate> candidates(1);
  candidates.reserve(request.cells.size() + 1);
  candidates.front().split = device_only;
  candidates.front().codec = "none";
  candidates.front().estimate = estimate_device_only(
      request.device.end_to_end, sides.conditions, device_memory_bytes(sides.memory, device_only));
  for (const Cell& cell : request.cells) {
    if (cell.key.split == device_only) continue;
    candidates.push_back(cell_candidate(cell, sides));
  }
  return candidates;
}

}  // namespace splitbench
