// What every registered dataset must hold to, whatever its files are. A new dataset adds a line to
// example_spec() that writes a small one.
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "data/registry.h"
#include "support/dataset_files.h"
#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

class FakeReader : public ImageReader {
 public:
  Tensor read(const std::string& path, bool gray) const override {
    if (!std::filesystem::exists(path)) throw bad_input("cannot open " + path);
    Tensor image = Tensor::allocate({DType::kU8, {1, gray ? 1 : 3, 1, 1}});
    std::fill_n(image.mutable_as<char>(), image.bytes(), path.back());
    return image;
  }
};

// Writes a small dataset of at least two samples and returns its spec.
std::string example_spec(const std::string& name, const TemporaryFolder& folder) {
  if (name == "fashion-mnist") {
    for (const std::string stem : {"t10k", "train"}) {
      folder.write(stem + "-images-idx3-ubyte", idx_bytes({2, 2, 2}, "abcdefgh"));
      folder.write(stem + "-labels-idx1-ubyte", idx_bytes({2}, "\x01\x02"));
    }
    return name + ":root=" + folder.path();
  }
  if (name == "cifar10") {
    const std::string batch = cifar10_record(1, 'a') + cifar10_record(2, 'b');
    folder.write("test_batch.bin", batch);
    for (const char number : std::string("12345")) {
      folder.write(std::string("data_batch_") + number + ".bin", batch);
    }
    return name + ":root=" + folder.path();
  }
  if (name == "image-folder") {
    folder.write("a/1.png", "");
    folder.write("b/2.jpg", "");
    return name + ":root=" + folder.path();
  }
  if (name == "image-list") {
    folder.write("1.png", "");
    return name + ":csv=" + folder.write("list.csv", "1.png,0\n1.png,1\n");
  }
  if (name == "tensors") {
    const std::string file = folder.write("x.npy", npy_bytes(npy_dict("<f4", "2,"), "12345678"));
    return name + ":file=" + file +
           ":labels=" + folder.write("y.npy", npy_bytes(npy_dict("|u1", "2,"), "\x01\x02"));
  }
  ADD_FAILURE() << "add an example of dataset '" << name << "' to example_spec()";
  return name;
}

std::vector<std::string> dataset_names() {
  std::vector<std::string> names;
  for (const DatasetDescription& description : dataset_descriptions()) {
    names.push_back(description.name);
  }
  return names;
}

DatasetDescription description_of(const std::string& name) {
  for (const DatasetDescription& description : dataset_descriptions()) {
    if (description.name == name) return description;
  }
  return {};
}

class DatasetConformance : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { spec_ = example_spec(GetParam(), folder_); }

  std::unique_ptr<Dataset> open(const std::string& spec) {
    return open_dataset(spec, {[this]() -> const ImageReader& {
                          reader_used_ = true;
                          return reader_;
                        }});
  }

  TemporaryFolder folder_;
  FakeReader reader_;
  bool reader_used_ = false;
  std::string spec_;
};

void expect_same(const Sample& a, const Sample& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.label, b.label);
  ASSERT_EQ(a.image.has_value(), b.image.has_value());
  EXPECT_TRUE(a.image ? bit_identical(*a.image, *b.image) : bit_identical(*a.tensor, *b.tensor));
}

TEST_P(DatasetConformance, DescribesItself) {
  const DatasetDescription description = description_of(GetParam());
  EXPECT_FALSE(description.summary.empty());
  EXPECT_EQ(description.summary.find('\n'), std::string::npos);
  std::set<std::string> names;
  for (const OptionDescription& option : description.options) {
    EXPECT_TRUE(names.insert(option.name).second) << option.name << " is described twice";
    EXPECT_FALSE(option.help.empty()) << option.name;
    EXPECT_FALSE(option.required && !option.default_value.empty()) << option.name;
  }
  for (const auto& [key, value] : description.training_options) {
    EXPECT_EQ(names.count(key), 1u) << key;
    EXPECT_FALSE(value.empty());
  }
}

TEST_P(DatasetConformance, SpecIsCanonical) {
  const std::string canonical = open(spec_)->spec();
  EXPECT_EQ(canonical, parse_spec(canonical).canonical());
  EXPECT_EQ(canonical, open(canonical)->spec());
}

TEST_P(DatasetConformance, SamplesAreAsDeclared) {
  const std::unique_ptr<Dataset> dataset = open(spec_);
  ASSERT_GE(dataset->size(), 2u);
  EXPECT_TRUE(dataset->labelled());
  std::set<std::string> labels;
  for (std::size_t i = 0; i < dataset->size(); ++i) {
    const Sample sample = dataset->load(i);
    EXPECT_FALSE(sample.name.empty());
    ASSERT_TRUE(sample.label.has_value());
    labels.insert(std::to_string(*sample.label));
    ASSERT_NE(sample.image.has_value(), sample.tensor.has_value());
    const TensorSpec& spec = sample.image ? sample.image->spec() : sample.tensor->spec();
    EXPECT_EQ(spec.dtype, sample.image ? DType::kU8 : DType::kF32);
    ASSERT_FALSE(spec.shape.empty());
    EXPECT_EQ(spec.shape.front(), 1);
    if (sample.image) {
      ASSERT_EQ(spec.shape.size(), 4u);
      EXPECT_TRUE(spec.shape[1] == 1 || spec.shape[1] == 3);
    }
  }
  EXPECT_EQ(labels.size(), 2u) << "the two examples have two labels";
}

TEST_P(DatasetConformance, LoadingTwiceGivesTheSame) {
  const std::unique_ptr<Dataset> dataset = open(spec_);
  expect_same(dataset->load(1), dataset->load(1));
  expect_same(dataset->load(1), open(spec_)->load(1));
}

TEST_P(DatasetConformance, ThreadsMayShareIt) {
  const std::unique_ptr<Dataset> dataset = open(spec_);
  const std::vector<Sample> expected = {dataset->load(0), dataset->load(1)};
  std::vector<std::vector<Sample>> loaded(4);
  std::vector<std::thread> threads;
  for (std::vector<Sample>& samples : loaded) {
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < 200; ++i) samples.push_back(dataset->load(i % 2));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<Sample>& samples : loaded) {
    for (std::size_t i = 0; i < samples.size(); ++i) expect_same(samples[i], expected[i % 2]);
  }
}

TEST_P(DatasetConformance, RefusesAnIndexPastTheEnd) {
  const std::unique_ptr<Dataset> dataset = open(spec_);
  EXPECT_THROW(dataset->load(dataset->size()), Error);
  EXPECT_THROW(dataset->load(static_cast<std::size_t>(-1)), Error);
}

TEST_P(DatasetConformance, AsksForTheImageReaderOnlyWhenItSaysSo) {
  open(spec_);
  EXPECT_EQ(reader_used_, description_of(GetParam()).reads_image_files);
}

TEST_P(DatasetConformance, TrainingPartOpensAndHasNoFurtherOne) {
  const std::optional<std::string> training = training_part(spec_);
  EXPECT_EQ(training.has_value(), !description_of(GetParam()).training_options.empty());
  if (!training) return;
  EXPECT_EQ(open(*training)->spec(), *training);
  EXPECT_EQ(training_part(*training), std::nullopt);
}

TEST_P(DatasetConformance, ComplainsAboutMissingFilesAndUnknownOptions) {
  EXPECT_NE(bad_input_message([&] { open(spec_ + ":no-such-option=1"); }).find("no-such-option"),
            std::string::npos);
  std::filesystem::remove_all(folder_.path());
  EXPECT_NE(bad_input_message([&] { open(spec_); }).find(folder_.path()), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Builtin, DatasetConformance, ::testing::ValuesIn(dataset_names()),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           for (char& c : name) c = std::isalnum(c) ? c : '_';
                           return name;
                         });

}  // namespace
}  // namespace splitbench
