#include "io/cells_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <limits>

#include "sample_documents.h"
#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

std::string line_of(const Cell& cell) {
  const TemporaryFolder folder;
  CellsFile(folder.path("cells.jsonl")).append(cell);
  return folder.read("cells.jsonl");
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(CellsFile, ALineLooksAsTheContractSays) {
  const std::string sha(64, 'a');
  EXPECT_EQ(line_of(sample_cell()),
            R"({"schema":"splitbench.cells","schema_version":"1.0","key":{"model":")" + sha +
                R"(","split":"layer1","codec":"quant:bits=4","dataset":"fashion-mnist:part=test",)"
                R"("images":12,"seed":7},"status":"ok","reason":"",)"
                R"("payload_bytes":{"mean":100.5,"p50":100.0,"p95":120.0,"max":125.0},)"
                R"("boundary_bytes":1024,"ratio":0.09814453125,)"
                R"("encode_s":{"median":0.001,"p95":0.002},)"
                R"("decode_s":{"median":0.0005,"p95":0.0006},)"
                R"("accuracy":{"top1":0.75,"baseline_top1":0.875,"loss":0.125,)"
                R"("loss_ci95":[-0.25,0.375],"agreement":0.625,"images":12,"mcnemar_p":0.5},)"
                R"("correct_bits":"/wE="})"
                "\n");
  EXPECT_EQ(line_of(refused_cell()),
            R"({"schema":"splitbench.cells","schema_version":"1.0","key":{"model":")" + sha +
                R"(","split":"layer1","codec":"jpeg:quality=80",)"
                R"("dataset":"fashion-mnist:part=test","images":12,"seed":7},)"
                R"("status":"unsupported",)"
                R"("reason":"jpeg needs at least 8x8 values per channel","payload_bytes":null,)"
                R"("boundary_bytes":null,"ratio":null,"encode_s":null,"decode_s":null,)"
                R"("accuracy":null,"correct_bits":null})"
                "\n");
}

TEST(CellsFile, AStoppedCellSaysWhy) {
  const std::string line = line_of(stopped_cell());
  const std::string evidence =
      R"("status":"stopped","reason":"dominated by quant:bits=4 at layer2 after 10 images")";
  EXPECT_NE(line.find(evidence), std::string::npos) << line;
  const TemporaryFolder folder;
  folder.write("cells.jsonl", line);
  const std::vector<Cell> cells = read_cells(folder.path("cells.jsonl"), nullptr);
  ASSERT_EQ(cells.size(), 1u);
  EXPECT_EQ(cells[0].status, CellStatus::kStopped);
  ASSERT_TRUE(cells[0].stop);
  EXPECT_EQ(cells[0].stop->evidence.accuracy.only_first, 3u);
  EXPECT_EQ(line_of(cells[0]), line);
}

TEST(CellsFile, CellsReturnFromFileAndFolder) {
  const TemporaryFolder folder;
  {
    CellsFile file(folder.path("cells.jsonl"));
    file.append(sample_cell());
    file.append(refused_cell());
  }
  CellsFile(folder.path("cells.jsonl")).append(sample_cell());  // reopened: appends
  std::vector<std::string> warnings;
  const std::vector<Cell> cells = read_cells(folder.path(), &warnings);
  ASSERT_EQ(cells.size(), 3u);
  EXPECT_TRUE(warnings.empty());
  EXPECT_EQ(cells[0].key, sample_cell().key);
  EXPECT_EQ(line_of(cells[0]), line_of(sample_cell()));
  EXPECT_EQ(line_of(cells[1]), line_of(refused_cell()));
  EXPECT_EQ(read_cells(folder.path("cells.jsonl"), nullptr).size(), 3u);
}

TEST(CellsFile, WithoutLabelsThereAreReasons) {
  Cell cell = sample_cell();
  cell.accuracy.top1 = cell.accuracy.baseline_top1 = cell.accuracy.mcnemar_p = std::nullopt;
  cell.accuracy.loss = std::nullopt;
  cell.accuracy.agreement = 0.75;
  const std::string line = line_of(cell);
  EXPECT_NE(line.find(R"("top1":null,"top1_reason":"the dataset has no labels")"),
            std::string::npos);
  const TemporaryFolder folder;
  const CellAccuracy accuracy = read_cells(folder.write("c.jsonl", line), nullptr)[0].accuracy;
  EXPECT_FALSE(accuracy.top1 || accuracy.baseline_top1 || accuracy.loss || accuracy.mcnemar_p);
  EXPECT_EQ(accuracy.agreement, 0.75);
}

TEST(CellsFile, HowACodecWasFittedReturns) {
  const TemporaryFolder folder;
  Cell cell = sample_cell();
  cell.calibration = CellCalibration{200, 5123, "calibration/a.klt.7.bin"};
  cell.rate = CellRate{"klt:step=2", 812.5, 0.0095, 7, 200};
  cell.bottleneck = sample_bottleneck();
  {
    CellsFile file(folder.path("cells.jsonl"));
    file.append(cell);
    cell.rate->estimated_loss.reset();
    file.append(cell);
  }
  const std::vector<Cell> cells = read_cells(folder.path(), nullptr);
  ASSERT_EQ(cells.size(), 2u);
  EXPECT_EQ(cells[0].calibration->bytes, 5123u);
  EXPECT_EQ(cells[0].calibration->images, 200u);
  EXPECT_EQ(cells[0].calibration->file, "calibration/a.klt.7.bin");
  EXPECT_EQ(cells[0].rate->settings, "klt:step=2");
  EXPECT_EQ(cells[0].rate->payload_bytes, 812.5);
  EXPECT_EQ(cells[0].rate->estimated_loss, 0.0095);
  EXPECT_EQ(cells[0].rate->trials, 7u);
  EXPECT_EQ(cells[0].bottleneck->encoder_split, "server-only");
  EXPECT_EQ(cells[0].bottleneck->variant, "two-stage");
  EXPECT_EQ(cells[0].bottleneck->encoder_macs, 588000000u);
  EXPECT_EQ(cells[0].bottleneck->decoder_parameters, 4100u);
  EXPECT_TRUE(cells[0].bottleneck->fine_tuned_tail);
  EXPECT_FALSE(cells[1].rate->estimated_loss);
  EXPECT_EQ(line_of(cells[1]), line_of(cell));
}

TEST(CellsFile, ACutAtAnyByteLosesTheLastLineOnly) {
  const std::string line = line_of(sample_cell());
  const TemporaryFolder folder;
  for (std::size_t kept = 0; kept < line.size(); ++kept) {
    const std::string path = folder.write("cells.jsonl", line + line.substr(0, kept));
    const bool whole = kept == line.size() - 1;  // the newline alone is missing
    std::vector<std::string> warnings;
    ASSERT_EQ(read_cells(path, &warnings).size(), whole ? 2u : 1u) << kept;
    ASSERT_EQ(warnings.size(), kept == 0 || whole ? 0u : 1u) << kept;
    ASSERT_EQ(repair_torn_tail(path), kept != 0 && !whole) << kept;
    if (kept % 25 != 0 && !whole) continue;  // appending waits for the disk
    CellsFile(path).append(refused_cell());
    warnings.clear();
    ASSERT_EQ(read_cells(path, &warnings).size(), whole ? 3u : 2u) << kept;
    ASSERT_TRUE(warnings.empty()) << kept;
  }
}

TEST(CellsFile, ATornTailIsReportedWithItsLine) {
  const TemporaryFolder folder;
  const std::string path = folder.write("cells.jsonl", line_of(sample_cell()) + "{\"schema");
  std::vector<std::string> warnings;
  read_cells(folder.path(), &warnings);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].find(path + " line 2: not valid JSON: "), 0u) << warnings[0];
  EXPECT_NE(warnings[0].find("the writer was interrupted"), std::string::npos);
}

TEST(CellsFile, ATailOfZerosAfterAPowerCutIsTorn) {
  const TemporaryFolder folder;
  const std::string path =
      folder.write("cells.jsonl", line_of(sample_cell()) + std::string(300'000, '\0'));
  EXPECT_EQ(read_cells(path, nullptr).size(), 1u);
  EXPECT_TRUE(repair_torn_tail(path));
  EXPECT_EQ(folder.read("cells.jsonl"), line_of(sample_cell()));
}

TEST(CellsFile, RepairLeavesSoundAndMissingFilesAlone) {
  const TemporaryFolder folder;
  EXPECT_FALSE(repair_torn_tail(folder.path("cells.jsonl")));
  EXPECT_EQ(folder.entries(), 0u);
  const std::string text = line_of(sample_cell()) + line_of(refused_cell());
  EXPECT_FALSE(repair_torn_tail(folder.write("cells.jsonl", text)));
  EXPECT_EQ(folder.read("cells.jsonl"), text);
  EXPECT_FALSE(repair_torn_tail(folder.write("empty.jsonl", "")));
}

TEST(CellsFile, ABrokenLineInTheMiddleIsAnError) {
  const TemporaryFolder folder;
  const std::string good = line_of(sample_cell());
  const std::string path = folder.write("cells.jsonl", good + "{\"schema\n" + good);
  const std::string message = bad_input_message([&] { read_cells(path, nullptr); });
  EXPECT_EQ(message.substr(0, path.size() + 9), path + " line 2: ");
  EXPECT_NE(message.find("; delete that line; --resume measures its cell again"),
            std::string::npos);
}

TEST(CellsFile, AWholeLineThatIsNoCellIsAnErrorEvenAtTheEnd) {
  const TemporaryFolder folder;
  const std::string good = line_of(sample_cell());
  const auto message = [&](const std::string& from, const std::string& to) {
    const std::string path = folder.write("cells.jsonl", good + replaced(good, from, to));
    const std::string text = bad_input_message([&] { read_cells(path, nullptr); });
    return text.substr(std::min(text.size(), path.size() + 1));
  };
  EXPECT_EQ(message("\"split\"", "\"spilt\""), "line 2: key.split is missing");
  EXPECT_EQ(message("\"p95\":120.0", "\"p95\":\"120\""),
            "line 2: payload_bytes.p95 has type string, must be a number");
  EXPECT_EQ(message("\"ok\"", "\"okay\""),
            "line 2: status is \"okay\", must be one of: ok, unsupported, failed, stopped");
  EXPECT_EQ(message("/wE=", "/wE"), "line 2: correct_bits is not canonical base64");
  EXPECT_EQ(message("\"images\":12,\"mc", "\"images\":17,\"mc"),
            "line 2: correct_bits holds 2 bytes, which are not the bits of 17 images");
  EXPECT_EQ(message("\"images\":12,\"mc", "\"images\":18446744073709551615,\"mc"),
            "line 2: correct_bits holds 2 bytes, which are not the bits of 18446744073709551615 "
            "images");
  EXPECT_EQ(message("[-0.25,0.375]", "[0.375,-0.25]"),
            "line 2: accuracy.loss_ci95 must be [low, high] with low <= high");
  EXPECT_EQ(message("splitbench.cells", "splitbench.plan"),
            "line 2: schema is \"splitbench.plan\", must be \"splitbench.cells\"");
}

TEST(CellsFile, ImpossibleNumbersAreRefused) {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& from, const std::string& to) {
    const std::string path =
        folder.write("cells.jsonl", replaced(line_of(sample_cell()), from, to));
    const std::string text = bad_input_message([&] { read_cells(path, nullptr); });
    return text.substr(std::min(text.size(), path.size() + 1));
  };
  EXPECT_EQ(message("\"median\":0.001", "\"median\":-0.001"),
            "line 1: encode_s.median is -0.001, must be at least 0");
  EXPECT_EQ(message("\"mean\":100.5", "\"mean\":-1"),
            "line 1: payload_bytes.mean is -1, must be at least 0");
  EXPECT_EQ(message("\"agreement\":0.625", "\"agreement\":1.5"),
            "line 1: accuracy.agreement is 1.5, must be from 0 to 1");
  EXPECT_EQ(message("\"loss\":0.125", "\"loss\":-2"),
            "line 1: accuracy.loss is -2, must be from -1 to 1");
  EXPECT_EQ(message("\"top1\":0.75", "\"top1\":0.8"),
            "line 1: accuracy.top1 differs from correct_bits, of which 9 of 12 are set");
  EXPECT_EQ(message("\"top1\":0.75", "\"top1\":null"),
            "line 1: accuracy.agreement differs from correct_bits, of which 9 of 12 are set");
}

TEST(CellsFile, NewerVersionsAreRefusedAndUnknownKeysIgnored) {
  const TemporaryFolder folder;
  const std::string good = line_of(sample_cell());
  const std::string newer = folder.write("a.jsonl", replaced(good, "\"1.0\"", "\"2.0\""));
  const std::string message = bad_input_message([&] { read_cells(newer, nullptr); });
  EXPECT_NE(message.find("\"2.0\""), std::string::npos) << message;
  EXPECT_NE(message.find("\"1.0\""), std::string::npos) << message;
  const std::string minor = replaced(good, "\"1.0\"", "\"1.7\"");
  const std::string more = replaced(minor, "\"status\"", "\"new\":{\"x\":[1]},\"status\"");
  EXPECT_EQ(read_cells(folder.write("b.jsonl", more), nullptr).size(), 1u);
}

TEST(CellsFile, EndlessLinesAreRefused) {
  const TemporaryFolder folder;
  const std::string path = folder.write("cells.jsonl", std::string((16 << 20) + 1, ' '));
  EXPECT_EQ(bad_input_message([&] { read_cells(path, nullptr); }),
            path + " line 1: longer than 16777216 bytes");
  EXPECT_NE(bad_input_message([] { read_cells("/dev/zero", nullptr); }), "");
}

TEST(CellsFile, MissingAndUnwritableFiles) {
  const TemporaryFolder folder;
  const std::string expected = folder.path("cells.jsonl") + "': No such file or directory";
  EXPECT_EQ(bad_input_message([&] { read_cells(folder.path(), nullptr); }),
            "cannot read '" + expected);
  EXPECT_EQ(bad_input_message([&] { CellsFile file(folder.path("a/cells.jsonl")); }),
            "cannot write '" + folder.path("a/cells.jsonl") + "': No such file or directory");
}

TEST(CellsFile, AFullDeviceIsARuntimeError) {
  CellsFile file("/dev/full");
  EXPECT_EQ(
      error_message(ErrorCode::kRuntime, [&] { file.append(sample_cell()); }),
      "writing '/dev/full' failed: No space left on device; the cells before are kept, free disk "
      "space and go on with --resume");
}

TEST(CellsFile, AHalfWrittenLineIsTakenBack) {
  const TemporaryFolder folder;
  const std::string line = line_of(sample_cell());
  CellsFile file(folder.path("cells.jsonl"));
  file.append(sample_cell());
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  getrlimit(RLIMIT_FSIZE, &old_limit);
  const rlimit limit = {line.size() + 100, old_limit.rlim_max};
  setrlimit(RLIMIT_FSIZE, &limit);
  EXPECT_NE(error_message(ErrorCode::kRuntime, [&] { file.append(sample_cell()); }), "");
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(folder.read("cells.jsonl"), line);
}

TEST(CellsFile, NumbersThatAreNotFiniteAreRefused) {
  const TemporaryFolder folder;
  Cell cell = sample_cell();
  cell.encode.p95 = std::numeric_limits<double>::infinity();
  CellsFile file(folder.path("cells.jsonl"));
  EXPECT_EQ(
      error_message(ErrorCode::kRuntime, [&] { file.append(cell); }),
      folder.path("cells.jsonl") + ": encode_s.p95 is not a finite number and cannot be written");
  EXPECT_EQ(folder.read("cells.jsonl"), "");
}

}  // namespace
}  // namespace splitbench
