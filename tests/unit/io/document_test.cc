// Round trips, versions, and what damaged or hostile documents lead to.
#include "io/document.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <limits>

#include "io/cells_file.h"
#include "io/front_document.h"
#include "io/plan_document.h"
#include "io/profile_document.h"
#include "io/simulation_document.h"
#include "io/sweep_manifest.h"
#include "sample_documents.h"
#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// Every kind as text, and as what reading and writing that text again gives.
struct Kind {
  std::string name;
  std::string text;
  std::function<std::string(const std::string& path)> rewrite;
};

std::vector<Kind> kinds() {
  const RunRecord run = sample_run();
  return {
      {"profile", profile_document(sample_profile(), run),
       [](const auto& path) { return profile_document(read_profile(path), read_run(path)); }},
      {"front", front_document(sample_fronts(), run),
       [](const auto& path) { return front_document(read_front(path), read_run(path)); }},
      {"plan", plan_document(sample_plan(), run),
       [](const auto& path) { return plan_document(read_plan(path), read_run(path)); }},
      {"simulation", simulation_document(sample_simulation(), run),
       [](const auto& path) { return simulation_document(read_simulation(path), read_run(path)); }},
  };
}

TEST(Document, EveryKindReturns) {
  const TemporaryFolder folder;
  for (const Kind& kind : kinds()) {
    const std::string path = folder.write(kind.name + ".json", kind.text);
    EXPECT_EQ(kind.rewrite(path), kind.text);
    EXPECT_EQ(document_kind(path), kind.name);
  }
}

TEST(Document, ImpossibleProfilesAreRefused) {
  const TemporaryFolder folder;
  const auto message = [&](const Profile& profile) {
    const std::string path = folder.write("p.json", profile_document(profile, sample_run()));
    const std::string text = bad_input_message([&] { read_profile(path); });
    return text.substr(std::min(text.size(), path.size() + 2));
  };
  Profile negative = sample_profile();
  negative.splits[1].head.latency.median = -1;
  EXPECT_EQ(message(negative), "data.splits[1].head.latency_s.median is -1, must be at least 0");
  Profile sample = sample_profile();
  sample.end_to_end.latency.samples[2] = -0.5;
  EXPECT_EQ(message(sample), "data.end_to_end.latency_s.samples[2] is -0.5, must be at least 0");
  Profile energy = sample_profile();
  energy.layers[0].energy.joules = -0.125;
  EXPECT_EQ(message(energy), "data.layers[0].energy_j is -0.125, must be at least 0");
  Profile twice = sample_profile();
  twice.splits[2].split.id = "layer1";
  EXPECT_EQ(message(twice), "data.splits[2].id is \"layer1\", as an earlier split's");
}

TEST(Document, KindsOfCells) {
  const TemporaryFolder folder;
  EXPECT_EQ(document_kind(folder.path()), "cells");
  EXPECT_EQ(document_kind(folder.path("cells.jsonl")), "cells");
}

TEST(Document, TheRunRecordReturns) {
  const TemporaryFolder folder;
  const RunRecord expected = sample_run();
  const RunRecord run = read_run(folder.write("p.json", kinds()[0].text));
  EXPECT_EQ(run.argv, expected.argv);
  EXPECT_EQ(run.utc, expected.utc);
  EXPECT_EQ(run.environment.host, "bench");
  EXPECT_EQ(run.environment.board, "Raspberry Pi 4");
  EXPECT_EQ(run.environment.frequencies_hz, expected.environment.frequencies_hz);
  EXPECT_EQ(run.environment.temperature_c, 51.5);
  EXPECT_EQ(run.environment.throttled, false);
  EXPECT_EQ(run.environment.memory_bytes, expected.environment.memory_bytes);
  EXPECT_EQ(run.threads, 2);
  EXPECT_EQ(run.libraries, expected.libraries);
  EXPECT_EQ(run.seed, expected.seed);  // all 64 bits
  ASSERT_EQ(run.inputs.size(), 1u);
  EXPECT_EQ(run.inputs[0].path, "model.pt");
  EXPECT_EQ(run.warnings, expected.warnings);
  EXPECT_FALSE(run.validity.valid);
  EXPECT_EQ(run.validity.reasons, expected.validity.reasons);
}

TEST(Document, WhatTheMachineDoesNotTellIsNullWithAReason) {
  const TemporaryFolder folder;
  const std::string text = front_document(sample_fronts(), RunRecord{});
  for (const char* key : {"host", "board", "cpu", "governor", "temperature", "throttled"}) {
    const std::string expected = "\"" + std::string(key) + "\": null,\n  \"" + key +
                                 "_reason\": \"the machine does not tell\"";
    EXPECT_NE(text.find(expected), std::string::npos) << key;
  }
  const Environment machine = read_run(folder.write("f.json", text)).environment;
  EXPECT_EQ(machine.host, "");
  EXPECT_FALSE(machine.board || machine.governor || machine.temperature_c || machine.throttled);
}

TEST(ProfileDocument, FieldsReturn) {
  const TemporaryFolder folder;
  const Profile profile = read_profile(folder.write("p.json", kinds()[0].text));
  EXPECT_EQ(profile.host, "bench");
  EXPECT_EQ(profile.batch, 2);
  ASSERT_EQ(profile.layers.size(), 1u);
  EXPECT_EQ(profile.layers[0].energy.joules, 0.125);
  EXPECT_EQ(profile.layers[0].latency.samples, (std::vector<double>{1e-5, 1.1e-5, 1.3e-5}));
  ASSERT_EQ(profile.splits.size(), 3u);
  const SplitProfile& inner = profile.splits[1];
  EXPECT_EQ(inner.split.boundary, sample_profile().splits[1].split.boundary);
  EXPECT_EQ(inner.split.aliases, std::vector<std::string>{"layer1.relu"});
  EXPECT_EQ(profile.splits[2].split.kind, SplitKind::kDeviceOnly);
  EXPECT_FALSE(inner.head.energy.joules.has_value());
  EXPECT_EQ(inner.head.energy.reason, "no meter was asked for");
}

TEST(ProfileDocument, NumberArraysStayOnOneLine) {
  EXPECT_NE(kinds()[0].text.find("\"samples\": [1e-05,1.1e-05,1.3e-05]"), std::string::npos);
}

TEST(PlanDocument, FieldsReturn) {
  const TemporaryFolder folder;
  const Plan plan = read_plan(folder.write("p.json", kinds()[2].text));
  EXPECT_EQ(plan.objective.bytes_weight, 1e-6);
  EXPECT_EQ(plan.constraints.max_accuracy_loss, 0.01);
  EXPECT_FALSE(plan.constraints.max_latency_s.has_value());
  EXPECT_EQ(plan.link.overhead_bytes, 66);
  ASSERT_TRUE(plan.chosen && plan.chosen->estimate);
  EXPECT_EQ(plan.chosen->estimate->uplink_s, 0.02);
  EXPECT_FALSE(plan.raw_split.has_value());
  ASSERT_EQ(plan.candidates.size(), 3u);
  EXPECT_FALSE(plan.candidates[2].estimate.has_value());
  EXPECT_EQ(plan.candidates[1].estimate->energy_j, 0.5);
  ASSERT_EQ(plan.policy.size(), 3u);
  EXPECT_FALSE(plan.policy[1].split.has_value());
  EXPECT_FALSE(plan.policy[2].rate_high_bps.has_value());
}

TEST(PlanDocument, AnInfeasiblePlanSaysWhy) {
  Plan plan = sample_plan();
  plan.chosen = plan.runner_up = std::nullopt;
  plan.binding_constraint = "";
  plan.nearest_miss = "layer1 with raw misses max_latency_s by 3 ms";
  const std::string text = plan_document(plan, sample_run());
  EXPECT_NE(text.find("\"chosen\": null,\n  \"chosen_reason\": \"layer1 with raw misses"),
            std::string::npos);
  EXPECT_NE(text.find("\"binding_constraint\": null"), std::string::npos);
  const TemporaryFolder folder;
  const std::string path = folder.write("p.json", text);
  EXPECT_FALSE(read_plan(path).chosen.has_value());
  EXPECT_EQ(read_plan(path).nearest_miss, plan.nearest_miss);
}

TEST(Document, ErrorsNameFileAndJsonPath) {
  const TemporaryFolder folder;
  const std::string good = kinds()[0].text;
  const auto message = [&](const std::string& from, const std::string& to) {
    const std::string path = folder.write("p.json", replaced(good, from, to));
    const std::string text = bad_input_message([&] { read_profile(path); });
    EXPECT_EQ(text.substr(0, path.size()), path);
    return text.substr(std::min(text.size(), path.size() - 6));
  };
  EXPECT_EQ(message("\"head\"", "\"haed\""), "p.json: data.splits[0].head is missing");
  EXPECT_EQ(message("\"median\"", "\"mean\""),
            "p.json: data.layers[0].latency_s.median is missing");
  EXPECT_EQ(message("\"parameters\": 1234", "\"parameters\": -1"),
            "p.json: data.model.parameters must be a whole number of at least 0");
  EXPECT_EQ(message("\"parameters\": 1234", "\"parameters\": 1.5"),
            "p.json: data.model.parameters must be a whole number of at least 0");
  EXPECT_EQ(message("\"batch\": 2", "\"batch\": 0"),
            "p.json: data.batch must be a whole number of at least 1 and below 2^31");
  EXPECT_EQ(message("\"kind\": \"inner\"", "\"kind\": \"outer\""),
            "p.json: data.splits[1].kind is \"outer\", must be one of: device-only, inner, "
            "server-only");
  EXPECT_EQ(message("\"dtype\": \"float16\"", "\"dtype\": \"int4\""),
            "p.json: data.splits[1].boundary[0].dtype is \"int4\", which is no known tensor type");
  EXPECT_EQ(message("[1,4,4,4]", "[9999999,9999999,9]"),
            "p.json: data.splits[1].boundary[0].shape is no shape: shape 9999999x9999999x9 has "
            "more than 2^40 elements");
  EXPECT_EQ(message("[1e-05,1.1e-05,1.3e-05]", "[1e-05,null]"),
            "p.json: data.layers[0].latency_s.samples[1] has type null, must be a number");
  EXPECT_EQ(message("\"device\": \"cpu\"", "\"device\": 1"),
            "p.json: data.device has type number, must be a string");
  EXPECT_EQ(message("\"utc\"", "\"uct\""), "p.json: run.utc is missing");
}

TEST(Document, WrongKindsAndVersionsAreNamed) {
  const TemporaryFolder folder;
  const std::string good = kinds()[0].text;
  const std::string path = folder.write("p.json", good);
  EXPECT_EQ(bad_input_message([&] { read_plan(path); }),
            path +
                ": a \"splitbench.profile\" document where a \"splitbench.plan\" document is "
                "needed");
  folder.write("p.json", replaced(good, "\"1.0\"", "\"2.1\""));
  EXPECT_EQ(bad_input_message([&] { read_profile(path); }),
            path + ": schema_version is \"2.1\", but splitbench " SPLITBENCH_VERSION
                   " reads up to version \"1.0\"; use a newer splitbench");
  folder.write("p.json", replaced(good, "\"1.0\"", "\"1.9\""));
  EXPECT_EQ(read_profile(path).model_name, "tiny");
  for (const char* version : {"\"1\"", "\"\"", "\"1.0.0\"", "\"x\"", "\"1.\"", "\"-1.0\"",
                              "\"99999999999.0\"", "1.0", "null"}) {
    folder.write("p.json", replaced(good, "\"1.0\"", version));
    EXPECT_NE(bad_input_message([&] { read_profile(path); }), "") << version;
  }
  folder.write("p.json", replaced(good, "splitbench.profile", "other\\n.tool"));
  EXPECT_EQ(bad_input_message([&] { document_kind(path); }),
            path + ": not a splitbench document but \"other\\n.tool\"");
  folder.write("p.json", "{\"a\": 1}");
  EXPECT_EQ(bad_input_message([&] { document_kind(path); }), path + ": schema is missing");
}

TEST(Document, UnknownKeysAreIgnored) {
  const TemporaryFolder folder;
  for (const Kind& kind : kinds()) {
    std::string text = replaced(kind.text, "\"data\": {", "\"data\": {\"new\": [{\"x\": null}],");
    text = replaced(text, "\"run\": {", "\"other\": 1, \"run\": {\"mood\": \"good\",");
    EXPECT_EQ(kind.rewrite(folder.write("d.json", text)), kind.text) << kind.name;
  }
}

TEST(Document, EveryRequiredKeyIsMissedByName) {
  const TemporaryFolder folder;
  for (const Kind& kind : kinds()) {
    for (std::size_t at = kind.text.find("\": "); at != std::string::npos;
         at = kind.text.find("\": ", at + 1)) {
      const std::size_t start = kind.text.rfind('"', at - 1) + 1;
      const std::string key = kind.text.substr(start, at - start);
      std::string text = kind.text;
      const std::string path = folder.write("d.json", text.insert(start, "x"));
      try {
        kind.rewrite(path);  // an optional key may go
      } catch (const Error& error) {
        ASSERT_EQ(error.code(), ErrorCode::kBadInput);
        ASSERT_NE(std::string(error.what()).find(path + ": "), std::string::npos) << error.what();
        ASSERT_NE(std::string(error.what()).find(key), std::string::npos) << error.what();
      }
    }
  }
}

TEST(Document, TruncationAnywhereIsOneClearError) {
  const TemporaryFolder folder;
  const std::string text = kinds()[1].text;
  for (std::size_t kept = 0; kept + 2 < text.size(); kept += 7) {
    const std::string path = folder.write("f.json", text.substr(0, kept));
    const std::string message = bad_input_message([&] { read_front(path); });
    ASSERT_EQ(message.find(path + ": not valid JSON: parse error at line "), 0u) << message;
  }
}

// As many candidates as a plan may have. Looking through all of them at the end of each would take
// minutes.
TEST(Document, ManyElementsAreReadInTimeThatGrowsWithThem) {
  const TemporaryFolder folder;
  std::string text = "{\"schema\": \"splitbench.plan\", \"schema_version\": \"1.0\", \"data\": [{}";
  for (int i = 0; i < 400'000; ++i) text += ",{}";
  const std::string path = folder.write("many.json", text + "]}");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(document_kind(path), "plan");
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  EXPECT_LT(taken.count(), 15);
}

TEST(Document, HostileTextIsRefusedInOneShortLine) {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& text) {
    const std::string path = folder.write("h.json", text);
    const std::string what = bad_input_message([&] { document_kind(path); });
    EXPECT_LT(what.size(), path.size() + 300);
    return what.substr(std::min(what.size(), path.size() - 6));
  };
  EXPECT_EQ(message(std::string(1'000'000, '[')), "h.json: nested deeper than 64 levels");
  EXPECT_EQ(message(std::string(65, '[') + std::string(65, ']')),
            "h.json: nested deeper than 64 levels");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(message(objects), "h.json: nested deeper than 64 levels");
  EXPECT_EQ(message("{\"schema\": 1, \"b\": {\"c\": 1, \"d\": 2, \"c\": 3}}"),
            "h.json: the key \"c\" appears twice in one object");
  EXPECT_EQ(message("{\"schema\": \"a\xff\xfe\"}").find("h.json: not valid JSON: "), 0u);
  EXPECT_EQ(message("{\"schema\": NaN}").find("h.json: not valid JSON: "), 0u);
  EXPECT_EQ(message("{\"schema\": 1e999}").find("h.json: not valid JSON: "), 0u);
  EXPECT_EQ(message("").find("h.json: not valid JSON: "), 0u);
  EXPECT_EQ(message("{} {}").find("h.json: not valid JSON: "), 0u);
  EXPECT_EQ(message("[1]"), "h.json: the document has type array, must be an object");
  EXPECT_EQ(message("{\"schema\": \"" + std::string(100'000, 'x') + "\"}").find("h.json: not a "),
            0u);
}

TEST(Document, NonFiniteNumbersAreNeverWritten) {
  Profile profile = sample_profile();
  profile.splits[1].tail.latency.p95 = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(error_message(ErrorCode::kRuntime, [&] { profile_document(profile, sample_run()); }),
            "profile: data.splits[1].tail.latency_s.p95 is not a finite number and cannot be "
            "written");
  Plan plan = sample_plan();
  plan.chosen->estimate->energy_j = std::numeric_limits<double>::infinity();
  EXPECT_EQ(error_message(ErrorCode::kRuntime, [&] { plan_document(plan, sample_run()); }),
            "plan: energy_j is not a finite number and cannot be written");
}

TEST(Document, BytesThatAreNotUtf8AreReplaced) {
  RunRecord run = sample_run();
  run.argv = {"splitbench", "caf\xe9.pt"};
  const TemporaryFolder folder;
  const std::string path = folder.write("f.json", front_document(sample_fronts(), run));
  EXPECT_EQ(read_run(path).argv[1], "caf\xef\xbf\xbd.pt");
}

// Independent of our own writer and reader: a JSON Schema validator in Python.
TEST(Document, EveryKindSatisfiesItsSchema) {
  if (std::system("python3 -c 'import jsonschema' 2>/dev/null") != 0) {
    GTEST_SKIP() << "python3-jsonschema is not installed";
  }
  const TemporaryFolder folder;
  std::string files;
  for (const Kind& kind : kinds()) files += " " + folder.write(kind.name + ".json", kind.text);
  RunRecord bare;
  bare.utc = "2026-11-21T03:23:00Z";
  files += " " + folder.write("bare.json", front_document({}, bare));
  Plan infeasible;
  infeasible.link = {"l", 1e6, 1e6, 0, 0, ""};
  files += " " + folder.write("infeasible.json", plan_document(infeasible, sample_run()));
  write_sweep_manifest(folder.path(), sample_manifest(), sample_run());
  files += " " + folder.path("sweep.json");
  CellsFile cells(folder.path("cells.jsonl"));
  Cell fitted = sample_cell();
  fitted.calibration = CellCalibration{200, 5123, "calibration/a.klt.7.bin"};
  fitted.rate = CellRate{"klt:step=2", 812.5, {}, 7, 200};
  fitted.bottleneck = sample_bottleneck();
  cells.append(sample_cell());
  cells.append(fitted);
  cells.append(refused_cell());
  cells.append(stopped_cell());
  files += " " + folder.path("cells.jsonl");
  const std::string validate =
      std::string("python3 ") + SPLITBENCH_SOURCE_DIR + "/tests/support/validate_documents.py";
  EXPECT_EQ(std::system((validate + files).c_str()), 0);
  // The check itself can fail.
  const std::string bad =
      folder.write("bad.json", replaced(kinds()[0].text, "\"batch\": 2", "\"batch\": \"2\""));
  EXPECT_NE(std::system((validate + " " + bad + " >/dev/null").c_str()), 0);
  const std::string nan = folder.write("nan.json", replaced(kinds()[0].text, "0.97", "NaN"));
  EXPECT_NE(std::system((validate + " " + nan + " >/dev/null").c_str()), 0);
}

}  // namespace
}  // namespace splitbench
