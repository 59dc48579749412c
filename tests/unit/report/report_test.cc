// The reports of all documents: what they must say, in every format, also of empty documents.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "report/cells_report.h"
#include "report/front_report.h"
#include "report/plan_report.h"
#include "report/profile_report.h"
#include "support/error_message.h"

namespace splitbench {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t longest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
  return longest;
}

std::size_t line_count(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

Profile sample_profile() {
  Profile profile;
  profile.model_name = "tiny";
  profile.device = "cpu";
  profile.host = "board";
  profile.parameters = 2'800'000;
  profile.macs = 40'000'000;
  profile.input = {DType::kF32, {1, 1, 28, 28}};
  profile.layer_sum_ratio = 0.97;
  profile.end_to_end.latency = summarise({0.0055, 0.0056, 0.0057});
  SplitProfile split;
  split.split.id = "layer2.0.relu";
  split.split.boundary = {{DType::kF32, {1, 32, 14, 14}}};
  split.split.natural_bottleneck = true;
  split.boundary_bytes = 25088;
  split.head.latency = summarise({0.001, 0.0012, 0.0014});
  split.tail.latency = summarise({0.004, 0.0042, 0.0044});
  profile.splits = {split};
  for (int i = 0; i < 12; ++i) {
    LayerProfile layer;
    layer.id = "layer" + std::to_string(i);
    layer.op = "conv2d";
    layer.output_shape = {1, 32, 14, 14};
    layer.latency.median = 0.001 * (i + 1);
    profile.layers.push_back(layer);
  }
  return profile;
}

Cell sample_cell(const std::string& codec, CellStatus status = CellStatus::kOk) {
  Cell cell;
  cell.key = {"aaaa", "layer2.0.relu", codec, "fashion-mnist:part=test", 500, 7};
  cell.status = status;
  cell.payload_bytes = {4700, 4600, 4900, 5000};
  cell.boundary_bytes = 25088;
  cell.ratio = 4700.0 / 25088;
  cell.encode = {0.0002, 0.0003};
  cell.decode = {0.0001, 0.0002};
  cell.accuracy.top1 = 0.93;
  cell.accuracy.loss = PairedLoss{0.0031, {0.001, 0.005}};
  cell.accuracy.images = 500;
  return cell;
}

Candidate sample_candidate(const std::string& split, const std::string& codec, double device_s,
                           double uplink_s) {
  Estimate e;
  e.device_s = device_s;
  e.uplink_s = uplink_s;
  e.latency_s = device_s + uplink_s;
  e.payload_bytes = uplink_s > 0 ? 1200 : 0;
  Candidate candidate;
  candidate.split = split;
  candidate.codec = codec;
  candidate.estimate = e;
  candidate.feasible = true;
  candidate.rejected_because = "latency 23.0 ms > 10.0 ms of the choice";
  return candidate;
}

Plan sample_plan() {
  Plan plan;
  plan.model_name = "tiny";
  plan.link = {"wifi", 18.88e6, 18.88e6, 0.005, 66, ""};
  plan.constraints.max_accuracy_loss = 0.01;
  plan.candidates = {sample_candidate("device-only", "none", 0.023, 0),
                     sample_candidate("layer2", "quant:bits=4", 0.004, 0.006)};
  plan.candidates[1].rejected_because.clear();
  plan.device_only = plan.candidates[0];
  plan.chosen = plan.candidates[1];
  plan.runner_up = plan.candidates[0];
  plan.binding_constraint = "max_accuracy_loss";
  plan.server_load = 0.5;
  plan.device_scale = 2;
  plan.policy = {{0, 1.3e6, "device-only", "none"},
                 {1.3e6, std::nullopt, "layer2", "quant:bits=4"}};
  plan.warnings = {"3 of 9 cells have no labels"};
  return plan;
}

TEST(ProfileReport, SaysWhatWasMeasured) {
  RunRecord run;
  run.environment.host = "board";
  run.validity = {false, {"CPU throttled"}};
  const std::string text = render(sample_profile(), ReportFormat::kText, &run);
  for (const char* part : {"Profile of tiny on board, cpu", "2.80 M parameters", "5.60 ms", "0.97",
                           "layer2.0.relu", "1x32x14x14", "25.1 kB", "1.20 ms", "*", "Slowest",
                           "layer11", "NOT valid", "CPU throttled"}) {
    EXPECT_TRUE(contains(text, part)) << part << "\n" << text;
  }
  EXPECT_FALSE(contains(text, "layer0 ")) << "only the ten slowest layers are listed";
  EXPECT_LE(longest_line(text), 80u) << text;
  EXPECT_FALSE(contains(render(sample_profile(), ReportFormat::kText), "Validity"));
}

TEST(ProfileReport, CsvIsTheTableOfSplits) {
  const std::string csv = render(sample_profile(), ReportFormat::kCsv);
  EXPECT_EQ(line_count(csv), 2u);
  EXPECT_TRUE(contains(csv, "head_latency_median_s")) << csv;
  EXPECT_TRUE(contains(csv, "layer2.0.relu,inner,1x32x14x14,25088,true,0.0012,")) << csv;
}

TEST(CellsReport, MeasuredCellsInATableTheOthersWithReasons) {
  Cell failed = sample_cell("jpeg:quality=80", CellStatus::kUnsupported);
  failed.reason = "needs 3 dimensions";
  const std::vector<Cell> cells = {sample_cell("zstd:level=3"), failed};
  const std::string text = render(cells, ReportFormat::kText);
  for (const char* part : {"2 cells over 1 splits and 2 codecs (1 ok, 1 unsupported)",
                           "fashion-mnist:part=test, 500 images", "zstd:level=3", "4.70 kB",
                           "0.31 %", "unsupported, needs 3 dimensions"}) {
    EXPECT_TRUE(contains(text, part)) << part << "\n" << text;
  }
  EXPECT_LE(longest_line(text), 80u) << text;
  const std::string csv = render(cells, ReportFormat::kCsv);
  EXPECT_EQ(line_count(csv), 3u);
  EXPECT_TRUE(contains(csv,
                       "zstd:level=3,fashion-mnist:part=test,500,7,ok,,4700,4600,4900,5000,"
                       "25088,"))
      << csv;
  EXPECT_TRUE(contains(csv, "unsupported,needs 3 dimensions,,,,")) << csv;
}

TEST(CellsReport, StoppedCellsAreCountedAndNameWhatDominatesThem) {
  Cell stopped = sample_cell("quant:bits=8", CellStatus::kStopped);
  stopped.stop = CellStop{"layer9", "quant:bits=4", {}};
  stopped.stop->evidence.accuracy.images = 66;
  stopped.reason = stop_reason(*stopped.stop);
  const std::vector<Cell> cells = {sample_cell("quant:bits=4"), stopped};
  const std::string text = render(cells, ReportFormat::kText);
  for (const char* part : {"(1 ok, 1 stopped)", "Stopped by the race", "layer9", "66"}) {
    EXPECT_TRUE(contains(text, part)) << part << "\n" << text;
  }
  EXPECT_FALSE(contains(text, "Not measured")) << text;
  EXPECT_TRUE(contains(render(cells, ReportFormat::kCsv), "stopped,dominated by quant:bits=4 at"));
}

TEST(CellsReport, SaysWhenLossIsDisagreement) {
  Cell cell = sample_cell("zstd:level=3");
  EXPECT_FALSE(contains(render({cell}, ReportFormat::kText), "agreement"));
  cell.accuracy.loss.reset();
  EXPECT_TRUE(contains(render({cell}, ReportFormat::kText), "1 - agreement"));
}

TEST(FrontReport, TableVolumeAndPlot) {
  Cell small = sample_cell("quant:bits=2");
  small.payload_bytes.mean = 900;
  small.accuracy.loss = PairedLoss{0.05, {0.04, 0.06}};
  const FrontSet fronts = pareto_fronts({sample_cell("zstd:level=3"), small});
  const std::string text = render(fronts, ReportFormat::kText);
  for (const char* part : {"quant:bits=2", "900 B", "5.00 %", "4..6", "Hypervolume", "split:layer2",
                           "codec:zstd", "|o"}) {
    EXPECT_TRUE(contains(text, part)) << part << "\n" << text;
  }
  EXPECT_LE(longest_line(text), 80u) << text;
  EXPECT_TRUE(contains(render(fronts, ReportFormat::kMarkdown), "```text\n"));
  // Two points on three fronts of two, one and one: all, split, and each codec's.
  EXPECT_EQ(line_count(render(fronts, ReportFormat::kCsv)), 1u + 2 + 2 + 1 + 1);
}

TEST(FrontReport, ShowsTheFrontThatIsNamed) {
  Cell small = sample_cell("quant:bits=2");
  small.payload_bytes.mean = 900;
  const FrontSet fronts = pareto_fronts({sample_cell("zstd:level=3"), small});
  const std::string text = render(fronts, ReportFormat::kText, "codec:quant");
  EXPECT_TRUE(contains(text, "Pareto front of codec:quant")) << text;
  EXPECT_FALSE(contains(text, "zstd:level=3")) << text;
  EXPECT_TRUE(contains(text, "\nall ")) << text;
  EXPECT_TRUE(
      contains(bad_input_message([&] { render(fronts, ReportFormat::kText, "codec:quand"); }),
               "did you mean 'codec:quant'"));
}

TEST(PlanReport, ExplainsTheChoice) {
  const std::string text = render(sample_plan(), ReportFormat::kText);
  for (const char* part :
       {"Link wifi: 18.9 Mbit/s up", "Accuracy loss at most 1.00 %", "up to layer2 on the device",
        "coded with quant:bits=4", "10.0 ms per input, 1.20 kB sent", "2 feasible among 2",
        "device     4.00 ms   40.00 %  ################\n", "Runner-up: device-only at 23.0 ms",
        "Binding constraint: max_accuracy_loss", "2.3x faster", "below 1.30 Mbit/s",
        "from 1.30 Mbit/s", "<- here", "device-only: latency 23.0 ms > 10.0 ms of the choice",
        "load of 0.5: 2 times as long", "Device times are modelled",
        "warning: 3 of 9 cells have no labels"}) {
    std::string flat = text;  // wrapped lines are one sentence
    if (!contains(text, part)) std::replace(flat.begin(), flat.end(), '\n', ' ');
    EXPECT_TRUE(contains(flat, part)) << part << "\n" << text;
  }
  EXPECT_LE(longest_line(text), 80u) << text;
  EXPECT_TRUE(contains(render(sample_plan(), ReportFormat::kMarkdown), "## Latency by stage"));
}

TEST(PlanReport, CsvListsAllCandidates) {
  const std::string csv = render(sample_plan(), ReportFormat::kCsv);
  EXPECT_EQ(line_count(csv), 3u);
  EXPECT_TRUE(contains(csv, "layer2,quant:bits=4,true,true,0.01,0.004,0,0.006,0,0,0,,1200,0,\r\n"))
      << csv;
}

TEST(PlanReport, TheEndpointsAreSaidPlainly) {
  Plan plan = sample_plan();
  plan.chosen = plan.candidates[0];
  EXPECT_TRUE(contains(render(plan, ReportFormat::kText), "whole network on the device"));
  plan.chosen = sample_candidate("server-only", "png", 0.1, 0.1);
  EXPECT_TRUE(contains(render(plan, ReportFormat::kText), "Send the input, coded with png"));
}

TEST(PlanReport, InfeasibleNamesTheNearestMiss) {
  Plan plan = sample_plan();
  plan.chosen.reset();
  plan.runner_up.reset();
  plan.nearest_miss = "layer2 with quant:bits=4 misses max_latency_s by 2.00 % of the bound";
  const std::string text = render(plan, ReportFormat::kText);
  EXPECT_TRUE(contains(text, "No candidate keeps all constraints (2 were tried)")) << text;
  EXPECT_TRUE(contains(text, "Nearest miss: layer2 with quant:bits=4")) << text;
}

TEST(Reports, EmptyDocumentsRenderInEveryFormat) {
  for (const ReportFormat format :
       {ReportFormat::kText, ReportFormat::kMarkdown, ReportFormat::kCsv}) {
    EXPECT_FALSE(render(Profile(), format).empty());
    EXPECT_FALSE(render(std::vector<Cell>(), format).empty());
    EXPECT_FALSE(render(FrontSet(), format).empty());
    EXPECT_FALSE(render(pareto_fronts({}), format).empty());
    EXPECT_FALSE(render(Plan(), format).empty());
  }
}

}  // namespace
}  // namespace splitbench
