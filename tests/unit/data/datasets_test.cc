// Each built-in dataset on small files; what all of them share is in tests/conformance.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "data/registry.h"
#include "support/dataset_files.h"
#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

// Stands in for the plug-in: a picture of one pixel, or the error of a missing file.
class FakeReader : public ImageReader {
 public:
  Tensor read(const std::string& path, bool gray) const override {
    if (!std::filesystem::exists(path)) throw bad_input("cannot open " + path);
    Tensor image = Tensor::allocate({DType::kU8, {1, gray ? 1 : 3, 1, 1}});
    std::fill_n(image.mutable_as<std::uint8_t>(), image.bytes(), std::uint8_t{7});
    return image;
  }
};

class DatasetsTest : public ::testing::Test {
 protected:
  std::unique_ptr<Dataset> open(const std::string& spec) {
    return open_dataset(spec, {[this]() -> const ImageReader& { return reader_; }});
  }
  void expect_complaint(const std::string& spec, const std::string& about) {
    const std::string message = bad_input_message([&] { open(spec); });
    EXPECT_NE(message.find(about), std::string::npos) << message;
  }
  std::string root() const { return ":root=" + folder_.path(); }

  TemporaryFolder folder_;
  FakeReader reader_;
};

// --- fashion-mnist -------------------------------------------------------------------------------

TEST_F(DatasetsTest, FashionMnistReadsPicturesAndLabels) {
  folder_.write("t10k-images-idx3-ubyte", idx_bytes({2, 1, 2}, "abcd"));
  folder_.write("t10k-labels-idx1-ubyte", idx_bytes({2}, "\x09\x03"));
  const auto dataset = open("fashion-mnist" + root());
  ASSERT_EQ(dataset->size(), 2u);
  Sample sample = dataset->load(1);
  EXPECT_EQ(sample.label, 3);
  ASSERT_EQ(sample.image->shape(), (Shape{1, 1, 1, 2}));
  EXPECT_EQ(std::string(sample.image->as<char>(), 2), "cd");
}

TEST_F(DatasetsTest, FashionMnistPicturesOutliveTheDataset) {
  folder_.write("train-images-idx3-ubyte", idx_bytes({1, 1, 2}, "ab"));
  folder_.write("train-labels-idx1-ubyte", idx_bytes({1}, "\x01"));
  const Sample sample = open("fashion-mnist:part=train" + root())->load(0);
  EXPECT_EQ(std::string(sample.image->as<char>(), 2), "ab");
}

TEST_F(DatasetsTest, FashionMnistNamesWhatIsWrong) {
  expect_complaint("fashion-mnist" + root(), "dataset-fashion-mnist");
  folder_.write("t10k-images-idx3-ubyte", idx_bytes({2, 1, 2}, "abcd"));
  folder_.write("t10k-labels-idx1-ubyte", idx_bytes({1}, "\x09"));
  expect_complaint("fashion-mnist" + root(), "2 pictures");
  folder_.write("t10k-images-idx3-ubyte", idx_bytes({1, 0, 2}, ""));
  expect_complaint("fashion-mnist" + root(), "without pixels");
  folder_.write("t10k-images-idx3-ubyte", idx_bytes({0, 1, 2}, ""));
  folder_.write("t10k-labels-idx1-ubyte", idx_bytes({0}, ""));
  expect_complaint("fashion-mnist" + root(), "is empty");
}

TEST_F(DatasetsTest, FashionMnistOfTheDebianPackage) {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
    GTEST_SKIP() << "the package dataset-fashion-mnist is not installed";
  }
  const auto dataset = open("fashion-mnist");
  EXPECT_EQ(dataset->spec(), "fashion-mnist:part=test");
  ASSERT_EQ(dataset->size(), 10000u);
  std::vector<int> counts(10);
  for (std::size_t i = 0; i < dataset->size(); ++i) ++counts.at(*dataset->load(i).label);
  EXPECT_EQ(counts, std::vector<int>(10, 1000));
  const Sample first = dataset->load(0);
  EXPECT_EQ(first.label, 9);
  ASSERT_EQ(first.image->shape(), (Shape{1, 1, 28, 28}));
  // The ankle boot: black above, samples below.
  EXPECT_EQ(first.image->as<std::uint8_t>()[0], 0);
  EXPECT_EQ(first.image->as<std::uint8_t>()[20 * 28 + 14], 195);
}

// --- cifar10 -------------------------------------------------------------------------------------

TEST_F(DatasetsTest, Cifar10ReadsAcrossItsFiles) {
  for (int batch = 1; batch <= 5; ++batch) {
    folder_.write("data_batch_" + std::to_string(batch) + ".bin",
                  cifar10_record(batch, static_cast<char>(10 * batch)) +
                      cifar10_record(0, static_cast<char>(10 * batch + 1)));
  }
  const auto dataset = open("cifar10:part=train" + root());
  ASSERT_EQ(dataset->size(), 10u);
  EXPECT_EQ(dataset->load(4).label, 3);
  EXPECT_EQ(dataset->load(5).image->as<std::uint8_t>()[3071], 31);
}

TEST_F(DatasetsTest, Cifar10KeepsThePlanes) {
  folder_.write("test_batch.bin", std::string(1, '\0') + std::string(1024, 'r') +
                                      std::string(1024, 'g') + std::string(1024, 'b'));
  const Sample sample = open("cifar10" + root())->load(0);
  ASSERT_EQ(sample.image->shape(), (Shape{1, 3, 32, 32}));
  const auto* samples = sample.image->as<char>();
  EXPECT_EQ(std::string({samples[0], samples[1024], samples[3071]}), "rgb");
}

TEST_F(DatasetsTest, Cifar10FindsTheFolderOfItsArchive) {
  folder_.write("cifar-10-batches-bin/test_batch.bin", cifar10_record(4, 'x'));
  EXPECT_EQ(open("cifar10" + root())->load(0).label, 4);
}

TEST_F(DatasetsTest, Cifar10NamesFileAndRecordOfABadLabel) {
  const std::string path =
      folder_.write("test_batch.bin", cifar10_record(9, 'x') + cifar10_record(10, 'x'));
  const auto dataset = open("cifar10" + root());
  EXPECT_EQ(dataset->load(0).label, 9);
  const std::string message = bad_input_message([&] { dataset->load(1); });
  EXPECT_NE(message.find(path + " record 1 has label 10"), std::string::npos) << message;
}

TEST_F(DatasetsTest, Cifar10NamesWhatIsWrong) {
  expect_complaint("cifar10", "needs root=");
  expect_complaint("cifar10" + root(), "test_batch.bin");
  folder_.write("test_batch.bin", cifar10_record(1, 'x') + "half a record");
  expect_complaint("cifar10" + root(), "3086 bytes");
  folder_.write("test_batch.bin", "");
  expect_complaint("cifar10" + root(), "is empty");
}

// --- image-folder --------------------------------------------------------------------------------

TEST_F(DatasetsTest, ImageFolderOrdersAsTorchvision) {
  for (const char* name : {"b/2.JPG", "b/10.png", "b/deep/0.jpeg", "a/x.webp", "a/notes.txt",
                           "a/y.tiff", "c-empty/readme.md", "d/z.Bmp", "stray.jpg"}) {
    folder_.write(name, "");
  }
  const auto dataset = open("image-folder" + root());
  std::vector<std::string> found;
  for (std::size_t i = 0; i < dataset->size(); ++i) {
    const Sample sample = dataset->load(i);
    found.push_back(sample.name.substr(folder_.path().size() + 1) + " " +
                    std::to_string(*sample.label));
  }
  EXPECT_EQ(found, (std::vector<std::string>{"a/x.webp 0", "a/y.tiff 0", "b/10.png 1", "b/2.JPG 1",
                                             "b/deep/0.jpeg 1", "d/z.Bmp 3"}));
}

TEST_F(DatasetsTest, ImageFolderNamesWhatIsWrong) {
  expect_complaint("image-folder:root=" + folder_.path("absent"), "cannot list");
  expect_complaint("image-folder:root=" + folder_.write("file", ""), "cannot list");
  expect_complaint("image-folder" + root(), "no image file");
}

// --- image-list ----------------------------------------------------------------------------------

TEST_F(DatasetsTest, ImageListReadsLabelsRelativeToTheCsv) {
  folder_.write("images/a.jpg", "");
  folder_.write("with, comma.jpg", "");
  const std::string csv =
      folder_.write("list.csv", "path,label\r\nimages/a.jpg,0\r\n\"with, comma.jpg\",41\r\n");
  const auto dataset = open("image-list:csv=" + csv);
  ASSERT_EQ(dataset->size(), 2u);
  EXPECT_TRUE(dataset->labelled());
  EXPECT_EQ(dataset->load(0).name, folder_.path("images/a.jpg"));
  EXPECT_EQ(dataset->load(1).label, 41);
}

TEST_F(DatasetsTest, ImageListMayHaveNoLabelsAndNoHeader) {
  folder_.write("a.jpg", "");
  const auto dataset = open("image-list:csv=" + folder_.write("list.csv", "a.jpg\n"));
  EXPECT_FALSE(dataset->labelled());
  EXPECT_EQ(dataset->load(0).label, std::nullopt);
}

TEST_F(DatasetsTest, ImageListLosesOnlyTheSampleThatIsMissing) {
  folder_.write("a.jpg", "");
  const auto dataset =
      open("image-list:csv=" + folder_.write("list.csv", "a.jpg,0\nabsent.jpg,1\na.jpg,2\n"));
  EXPECT_NE(bad_input_message([&] { dataset->load(1); }).find("absent.jpg"), std::string::npos);
  EXPECT_EQ(dataset->load(2).label, 2);
}

TEST_F(DatasetsTest, ImageListNamesFileAndLineOfABadRow) {
  const auto complaint = [this](const std::string& content) {
    const std::string path = folder_.write("list.csv", content);
    const std::string message = bad_input_message([&] { open("image-list:csv=" + path); });
    EXPECT_EQ(message.substr(0, path.size()), path) << message;
    return message.substr(std::min(path.size(), message.size()));
  };
  EXPECT_EQ(complaint("path,label\na.jpg,cat\n"), " line 2: label: 'cat' is not a whole number");
  EXPECT_EQ(complaint("a.jpg,-1\n"), " line 1: label -1 is not a class index (0, 1, 2 ...)");
  EXPECT_EQ(complaint("a.jpg,0\nb.jpg,4294967296\n"),
            " line 2: label 4294967296 is not a class index (0, 1, 2 ...)");
  EXPECT_EQ(complaint("a.jpg,0\n\nb.jpg\n"),
            " line 3: either every row has a label or none; this one differs");
  EXPECT_EQ(complaint("a,b.jpg,0\n"),
            " line 1: expected path,label, got 3 fields; put a path that contains a comma in "
            "double quotes");
  EXPECT_EQ(complaint(",0\n"), " line 1: the path is empty");
}

TEST_F(DatasetsTest, ImageListMustListSomething) {
  expect_complaint("image-list:csv=" + folder_.path("absent.csv"), "cannot open");
  expect_complaint("image-list:csv=" + folder_.write("empty.csv", ""), "lists no image");
  expect_complaint("image-list:csv=" + folder_.write("header.csv", "path,label\n"),
                   "lists no image");
}

TEST_F(DatasetsTest, ImageFilesNeedTheReaderOnOpening) {
  folder_.write("a/x.jpg", "");
  const DatasetContext context = {
      []() -> const ImageReader& { throw runtime_failure("no plug-in"); }};
  EXPECT_EQ(
      error_message(ErrorCode::kRuntime, [&] { open_dataset("image-folder" + root(), context); }),
      "no plug-in");
}

// --- tensors -------------------------------------------------------------------------------------

TEST_F(DatasetsTest, TensorsGiveNetworkInputs) {
  const std::vector<float> values = {0, 1, 2, 3, 4, 5};
  const std::string file =
      folder_.write("x.npy", npy_bytes(npy_dict("<f4", "2, 3"), raw_bytes(values)));
  const auto dataset = open("tensors:file=" + file);
  ASSERT_EQ(dataset->size(), 2u);
  EXPECT_FALSE(dataset->labelled());
  const Sample sample = dataset->load(1);
  ASSERT_EQ(sample.tensor->spec(), (TensorSpec{DType::kF32, {1, 3}}));
  EXPECT_EQ(sample.tensor->as<float>()[2], 5);
}

TEST_F(DatasetsTest, TensorsOfBytesArePictures) {
  const std::string file = folder_.write("x.npy", npy_bytes(npy_dict("|u1", "2, 1, 1, 2"), "abcd"));
  const Sample sample = open("tensors:file=" + file)->load(1);
  EXPECT_FALSE(sample.tensor.has_value());
  EXPECT_EQ(std::string(sample.image->as<char>(), 2), "cd");
}

TEST_F(DatasetsTest, TensorsTakeLabelsOfThreeTypes) {
  const std::string file = folder_.write("x.npy", npy_bytes(npy_dict("<f4", "2,"), "12345678"));
  const auto label = [&](const std::string& descr, const std::string& elements) {
    const std::string labels = folder_.write("y.npy", npy_bytes(npy_dict(descr, "2,"), elements));
    return open("tensors:file=" + file + ":labels=" + labels)->load(1).label;
  };
  EXPECT_EQ(label("|u1", "\x01\x02"), 2);
  EXPECT_EQ(label("<i4", raw_bytes(std::vector<std::int32_t>{1, 70000})), 70000);
  EXPECT_EQ(label("<i8", raw_bytes(std::vector<std::int64_t>{1, 3})), 3);
}

TEST_F(DatasetsTest, TensorsNameWhatIsWrong) {
  const std::string file = folder_.write("x.npy", npy_bytes(npy_dict("<f4", "2,"), "12345678"));
  const auto expect_label_complaint = [&](const std::string& content, const std::string& about) {
    const std::string labels = folder_.write("y.npy", content);
    expect_complaint("tensors:file=" + file + ":labels=" + labels, about);
  };
  expect_label_complaint(npy_bytes(npy_dict("|u1", "3,"), "abc"), "3 labels");
  expect_label_complaint(npy_bytes(npy_dict("<f4", "2,"), "12345678"), "labels are one axis");
  expect_label_complaint(npy_bytes(npy_dict("|u1", "2, 1"), "ab"), "labels are one axis");
  expect_label_complaint(
      npy_bytes(npy_dict("<i8", "2,"), raw_bytes(std::vector<std::int64_t>{0, -5})),
      "row 1: label -5");
  expect_complaint(
      "tensors:file=" + folder_.write("i.npy", npy_bytes(npy_dict("<i4", "1,"), "1234")),
      "expected float32 inputs or uint8 pictures");
  expect_complaint(
      "tensors:file=" + folder_.write("b.npy", npy_bytes(npy_dict("|u1", "1, 2"), "ab")),
      "expected float32 inputs or uint8 pictures");
  expect_complaint("tensors:file=" + folder_.write("z.npy", npy_bytes(npy_dict("<f4", "2, 0"), "")),
                   "without elements");
  expect_complaint("tensors:file=" + folder_.write("e.npy", npy_bytes(npy_dict("<f4", "0, 2"), "")),
                   "is empty");
}

TEST_F(DatasetsTest, TensorsFailOneByOneWhenTheFileShrinks) {
  const std::string file = folder_.write("x.npy", npy_bytes(npy_dict("<f4", "2,"), "12345678"));
  const auto dataset = open("tensors:file=" + file);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
  EXPECT_NO_THROW(dataset->load(0));
  EXPECT_NE(bad_input_message([&] { dataset->load(1); }).find("too early"), std::string::npos);
}

// --- the registry --------------------------------------------------------------------------------

TEST_F(DatasetsTest, UnknownNamesAndKeysSuggestTheNearest) {
  expect_complaint("fashion-mist", "did you mean 'fashion-mnist'?");
  expect_complaint("cifar10:rot=x", "did you mean 'root'?");
  expect_complaint("fashion-mnist:part=tests", "did you mean 'test'?");
}

TEST(TrainingPart, IsTheSameDatasetsOther) {
  EXPECT_EQ(training_part("fashion-mnist"), "fashion-mnist:part=train");
  EXPECT_EQ(training_part("cifar10:root=/x"), "cifar10:part=train:root=/x");
  EXPECT_EQ(training_part("fashion-mnist:part=train"), std::nullopt);
  EXPECT_EQ(training_part("tensors:file=x.npy"), std::nullopt);
  EXPECT_THROW(training_part("unknown"), Error);
}

}  // namespace
}  // namespace splitbench
