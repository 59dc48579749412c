#include "sample_documents.h"

namespace splitbench {
namespace {

const char* const kModelSha = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

SegmentProfile segment(double first_s) {
  SegmentProfile segment;
  segment.latency = summarise({first_s, first_s * 1.5, first_s * 1.25});
  segment.energy.reason = "no meter was asked for";
  return segment;
}

Candidate candidate(const std::string& split, const std::string& codec, double scale) {
  Estimate estimate;
  estimate.device_s = 0.01 * scale;
  estimate.encode_s = 0.001 * scale;
  estimate.uplink_s = 0.02 * scale;
  estimate.server_s = 0.003 * scale;
  estimate.decode_s = 0.0005 * scale;
  estimate.downlink_s = 0.0001 * scale;
  estimate.latency_s = 0.0346 * scale;
  estimate.energy_reason = "the device profile has no energy";
  estimate.payload_bytes = 1000 * scale;
  estimate.accuracy_loss = 0.004 * scale;
  estimate.accuracy_loss_ci95 = Interval{-0.001, 0.009 * scale};
  return {split, codec, estimate, true, ""};
}

}  // namespace

RunRecord sample_run() {
  RunRecord run;
  run.argv = {"splitbench", "profile", "model \"x\".pt"};
  run.utc = "2026-11-21T03:23:00Z";
  run.environment.host = "bench";
  run.environment.board = "Raspberry Pi 4";
  run.environment.kernel = "Linux 6.1";
  run.environment.cpu = "Cortex-A72";
  run.environment.cpus = 4;
  run.environment.governor = "performance";
  run.environment.frequencies_hz = {1.8e9, 1.5e9};
  run.environment.temperature_c = 51.5;
  run.environment.throttled = false;
  run.environment.load_average = 0.25;
  run.environment.memory_bytes = 8ull << 30;
  run.threads = 2;
  run.libraries = {{"libtorch", "1.13.1"}, {"zstd", "1.5.4"}};
  run.build_type = "Release";
  run.seed = 18446744073709551615u;
  run.inputs = {{"model.pt", kModelSha}};
  run.warnings = {"a warning"};
  run.validity = {false, {"a reason"}};
  return run;
}

Profile sample_profile() {
  Profile profile;
  profile.model_name = "tiny";
  profile.model_sha256 = kModelSha;
  profile.parameters = 1234;
  profile.macs = 56789;
  profile.input = {DType::kF32, {1, 3, 8, 8}};
  profile.output = {DType::kF32, {1, 10}};
  profile.device = "cpu";
  profile.batch = 2;
  profile.host = "bench";
  LayerProfile layer;
  layer.id = "conv1";
  layer.op = "conv2d";
  layer.output_shape = {1, 4, 8, 8};
  layer.output_bytes = 1024;
  layer.macs = 6912;
  layer.parameter_bytes = 432;
  layer.latency = summarise({1e-5, 1.1e-5, 1.3e-5});
  layer.energy.joules = 0.125;
  layer.energy.source = "ina3221";
  profile.layers = {layer};
  SplitProfile server;
  server.split.id = "server-only";
  server.split.kind = SplitKind::kServerOnly;
  server.split.boundary = {profile.input};
  server.boundary_bytes = 768;
  server.head = segment(0);
  server.tail = segment(0.004);
  SplitProfile inner;
  inner.split.id = "layer1";
  inner.split.aliases = {"layer1.relu"};
  inner.split.boundary = {{DType::kF16, {1, 4, 4, 4}}, {DType::kI64, {1}}};
  inner.split.block_end = true;
  inner.split.natural_bottleneck = true;
  inner.boundary_bytes = 136;
  inner.head = segment(0.001);
  inner.tail = segment(0.003);
  SplitProfile device;
  device.split.id = "device-only";
  device.split.kind = SplitKind::kDeviceOnly;
  device.head = segment(0.0041);
  device.tail = segment(0);
  profile.splits = {server, inner, device};
  BottleneckProfile bottleneck{"bottlefit:file=b",
                               std::string(64, 'd'),
                               "server-only",
                               "layer1",
                               {1300, 530000, segment(0.0005)},
                               {4100, 9000, segment(0.0006)},
                               {}};
  profile.bottlenecks = {bottleneck};
  bottleneck.codec = "frankensplit:file=f";
  bottleneck.tail = PartProfile{77, 88, segment(0.0007)};
  profile.bottlenecks.push_back(bottleneck);
  profile.end_to_end = segment(0.0042);
  profile.layer_sum_ratio = 0.97;
  EnergyReading& metered = profile.end_to_end.energy;
  metered = EnergyReading();
  metered.joules = 0.02;
  metered.source = "ina3221";
  metered.ci95 = Interval{0.019, 0.021};
  metered.mean_w = 4.8;
  metered.dynamic_reason = "below idle";
  metered.runs = 240;
  metered.updates = 100;
  metered.window_s = 1.01;
  EnergyReading& modelled = profile.splits[2].head.energy;
  modelled = EnergyReading();
  modelled.joules = 0.03;
  modelled.dynamic_joules = 0.01;
  modelled.dynamic_ci95 = Interval{-0.01, 0.02};
  modelled.source = "model:device=x";
  modelled.modelled = true;
  PowerRecord power;
  power.meter = "ina3221";
  power.rail = "POM_5V_IN (6-0040)";
  power.quantity = "power";
  power.update_period_s = 0.01;
  power.quantum = 0.041;
  power.idle_w = 2.1;
  power.idle_ci95 = Interval{2.0, 2.2};
  power.alignment = 0.9;
  SamplerCost sampler;
  sampler.period_s = 0.01;
  sampler.cpu_share = 0.002;
  sampler.with = sampler.without = summarise({0.004, 0.005});
  sampler.ratio_ci95 = {0.99, 1.01};
  power.sampler = sampler;
  profile.power = power;
  profile.end_to_end.peak_memory_bytes = 123456789;
  profile.thermals = {{0, 45.5, 1.5e9, 0x50005u}, {1, {}, {}, {}}};
  SustainedRun sustained;
  sustained.first = sustained.steady = summarise({0.004, 0.005});
  sustained.seconds = 300;
  sustained.reason = "still warming";
  sustained.thermals = {{10, 60, {}, {}}};
  profile.sustained = sustained;
  return profile;
}

CellBottleneck sample_bottleneck() {
  return {std::string(64, 'd'), "two-stage", "server-only", 1300, 588000000, 4100, 9000, true};
}

SweepManifest sample_manifest() {
  return {"tiny",
          std::string(64, 'a'),
          "1x3x8x8",
          "0",
          "resize=32",
          "cifar10:root=d",
          "",
          20,
          500,
          3,
          16,
          0,
          std::nullopt,
          std::nullopt,
          {}};
}

FrontSet sample_fronts() {
  FrontSet set;
  set.reference_bytes = 4096;
  set.reference_loss = 0.5;
  set.reference_s = 0.02;
  set.ideal_loss = -0.01;
  set.fronts = {{"all",
                 {{"layer1", "quant:bits=4", 64, 0.02, {0.01, 0.03}, 0.001, 0.0005, false},
                  {"layer1", "raw:dtype=f32", 256, 0, {-0.002, 0.002}, 0.0001, 0.0002, true}},
                 0.75},
                {"split:layer1", {}, 0}};
  return set;
}

// What plans have beside their candidates.
void add_parts(Plan& plan) {
  plan.queue = {QueueKind::kMg1, 0.5};
  plan.batch = 4;
  plan.power.compute_w = 5;
  plan.power.radio_w = 1;
  plan.power.radio_w_per_bps = 4e-7;
  plan.constraints.max_device_memory_bytes = 1e7;
  plan.constraints.certain_loss = true;
  Estimate& estimate = *plan.candidates[1].estimate;
  estimate.latency_ci95 = Interval{0.5, 1.5};
  estimate.energy_parts.compute = 0.25;
  estimate.device_memory_bytes = 4096;
  estimate.queue_s = 0.125;
  estimate.period_s = 0.5;
  plan.front = {{0, false}, {1, true}};
  plan.trace = TraceOutcome{};
  plan.trace->file = "tram.txt";
  plan.trace->duration_s = 60;
  plan.trace->mean_bps = 2e6;
  plan.trace->starts = 1000;
  plan.trace->statistic = {RobustStatistic::Kind::kQuantile, 0.75};
  plan.trace->mean_regret_s = 0.0625;
  plan.explanation = Explanation{};
  plan.explanation->why = "It is fast.";
  plan.explanation->certain = plan.candidates[1];
  plan.explanation->turnings = {{"rate_bps", 1e6, 2e6, "layer2", "zstd:level=3"}};
  plan.explanation->sensitivities = {{"rtt_s", 0.02, 0.5}};
  plan.search = SearchOutcome{100, 20, 15, true, 0.5, std::nullopt};
  plan.table = PolicyTable{};
  plan.table->entries = {{"layer1", "quant:bits=4", 4, {1, 2, 3}, {1, 2, 3}, {}}};
}

Plan sample_plan() {
  Plan plan;
  plan.objective = {"weighted:latency=1,bytes=1e-6", 1, 0, 1e-6};
  plan.constraints.max_accuracy_loss = 0.01;
  plan.constraints.max_payload_bytes = 5000;
  plan.link = {"wifi", 18.88e6, 20e6, 0.005, 66, "a table"};
  plan.server_load = 0.25;
  plan.device_scale = 8;
  plan.server_scale = 0.5;
  plan.model_name = "tiny";
  plan.model_sha256 = kModelSha;
  plan.chosen = candidate("layer1", "quant:bits=4", 1);
  plan.runner_up = candidate("layer2", "zstd:level=3", 2);
  plan.runner_up->rejected_because = "0.0346 s slower";
  plan.binding_constraint = "max_accuracy_loss";
  plan.device_only = candidate("device-only", "none", 3);
  plan.server_only = candidate("server-only", "png", 4);
  Candidate unknown;
  unknown.split = "layer3";
  unknown.codec = "raw";
  unknown.rejected_because = "the server profile has no such split";
  plan.candidates = {*plan.chosen, *plan.runner_up, unknown};
  plan.candidates[1].estimate->accuracy_loss_ci95.reset();
  plan.candidates[1].estimate->energy_j = 0.5;
  plan.candidates[1].estimate->energy_reason = "";
  plan.policy = {{0, 1e6, "device-only", "none"},
                 {1e6, 2e6, std::nullopt, std::nullopt},
                 {2e6, std::nullopt, "layer1", "quant:bits=4"}};
  plan.warnings = {"profiles of different days"};
  add_parts(plan);
  return plan;
}

Simulation sample_simulation() {
  Simulation simulation;
  simulation.model_name = "tiny";
  simulation.model_sha256 = kModelSha;
  simulation.rate_bps = {"tram.txt", "cooked:gap=hold", 60, 2e6, 8e6};
  simulation.server_load = TraceSummary{"load.txt", "", 30, 0.5, 0.75};
  simulation.fixed_load = 0.125;
  simulation.queue = {QueueKind::kMg1, 2};
  simulation.requests = 1000;
  simulation.deadline_s = 0.25;
  simulation.margin = 0.0625;
  simulation.contenders = 5;
  StrategyOutcome outcome;
  outcome.kind = StrategyKind::kInstant;
  outcome.plan = "plan.json";
  outcome.latency_s = {1, 2, 3, 4, 5};
  outcome.energy_j = 0.5;
  outcome.deadline_misses = 7;
  outcome.switches = 9;
  outcome.mean_regret_s = 0.03125;
  outcome.worst_regret_s = 0.375;
  outcome.choices = {{"layer1", "quant:bits=4", 0.75}, {"device-only", "none", 0.25}};
  simulation.strategies = {outcome, {}};
  simulation.warnings = {"of synthetic traces"};
  return simulation;
}

Cell sample_cell() {
  Cell cell;
  cell.key = {kModelSha, "layer1", "quant:bits=4", "fashion-mnist:part=test", 12, 7};
  cell.payload_bytes = {100.5, 100, 120, 125};
  cell.boundary_bytes = 1024;
  cell.ratio = 0.09814453125;
  cell.encode = {0.001, 0.002};
  cell.decode = {0.0005, 0.0006};
  cell.accuracy.top1 = 0.75;
  cell.accuracy.baseline_top1 = 0.875;
  cell.accuracy.loss = PairedLoss{0.125, {-0.25, 0.375}};
  cell.accuracy.mcnemar_p = 0.5;
  cell.accuracy.agreement = 0.625;
  cell.accuracy.images = 12;
  cell.correct_bits = {0xff, 0x01};
  return cell;
}

Cell refused_cell() {
  Cell cell;
  cell.key = sample_cell().key;
  cell.key.codec = "jpeg:quality=80";
  cell.status = CellStatus::kUnsupported;
  cell.reason = "jpeg needs at least 8x8 values per channel";
  return cell;
}

Cell stopped_cell() {
  Cell cell;
  cell.key = sample_cell().key;
  cell.key.codec = "quant:bits=8";
  cell.status = CellStatus::kStopped;
  CellStop stop{"layer2", "quant:bits=4", {}};
  stop.evidence.accuracy = {10, 3, 1};
  stop.evidence.payload_bytes = 200.5;
  stop.evidence.dominating_payload_bytes = 100.25;
  stop.evidence.margin = 0.0625;
  stop.evidence.accuracy_p = 0.0078125;
  stop.evidence.accuracy_level = 0.015625;
  stop.evidence.payload_p = 0.001953125;
  stop.evidence.payload_level = 0.00390625;
  cell.reason = stop_reason(stop);
  cell.stop = stop;
  return cell;
}

}  // namespace splitbench
