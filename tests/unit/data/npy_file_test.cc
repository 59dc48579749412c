#include "data/npy_file.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/dataset_files.h"
#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

class NpyFileTest : public ::testing::Test {
 protected:
  std::string complaint(const std::string& content) {
    const std::string path = folder_.write("x.npy", content);
    std::string message = bad_input_message([&] { NpyFile file(path); });
    // Every complaint names the file; what follows is what the tests look at.
    EXPECT_NE(message.find(path), std::string::npos) << message;
    return message;
  }
  bool complains(const std::string& content, const std::string& about) {
    const std::string message = complaint(content);
    const bool found = message.find(about) != std::string::npos;
    EXPECT_TRUE(found) << message;
    return found;
  }

  TemporaryFolder folder_;
};

TEST_F(NpyFileTest, ReadsRows) {
  const std::vector<float> values = {0, 1, 2, 3, 4, 5};
  const NpyFile file(folder_.write("x.npy", npy_bytes(npy_dict("<f4", "3, 2"), raw_bytes(values))));
  EXPECT_EQ(file.spec(), (TensorSpec{DType::kF32, {3, 2}}));
  EXPECT_EQ(file.rows(), 3u);
  std::vector<float> rows(4);
  file.read_rows(1, 2, rows.data());
  EXPECT_EQ(rows, (std::vector<float>{2, 3, 4, 5}));
}

TEST_F(NpyFileTest, ReadsVersionTwoAndKeysInAnyOrder) {
  const std::string dict = "{ 'shape':(2,),'descr':'|u1' , 'fortran_order':False}";
  std::string content("\x93NUMPY\x02\x00", 8);
  content += static_cast<char>(dict.size());
  content += std::string(3, '\0') + dict + "ab";
  const NpyFile file(folder_.write("x.npy", content));
  EXPECT_EQ(file.spec(), (TensorSpec{DType::kU8, {2}}));
}

TEST_F(NpyFileTest, RefusesDamagedHeaders) {
  complains("", "too short");
  complains("PK\x03\x04 not numpy", "is not a .npy file");
  complains(std::string("\x93NUMPY\x03\x00\x10\x00{}  ", 14), "version 3");
  complains(std::string("\x93NUMPY\x01\x00\xff\xff{}  ", 14), "does not fit");
  complains(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff  ", 14), "does not fit");
  complains(npy_bytes("not a dict", "1234"), "expected '{'");
  complains(npy_bytes("{'descr': '<f4', 'shape': (1,)}", "1234"), "lacks descr, fortran_order");
  complains(npy_bytes("{'descr': '<f4", "1234"), "a quote is not closed");
  complains(npy_bytes("{'descr': '<f4'", "1234"), "expected '}'");
  complains(npy_bytes("{'evil': 'x'}", "1234"), "unknown key 'evil'");
  complains(npy_bytes(npy_dict("<f4", "1,") + "x", "1234"), "text after its end");
  complains(npy_bytes("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", "1234"),
            "neither True nor False");
}

TEST_F(NpyFileTest, RefusesWhatItCannotRead) {
  complains(npy_bytes("{'descr': '<f4', 'fortran_order': True, 'shape': (1,)}", "1234"),
            "Fortran order");
  complains(npy_bytes(npy_dict(">f4", "1,"), "1234"), "'>f4'");
  complains(npy_bytes(npy_dict("|O", "1,"), "1234"), "'|O'");
  complains(npy_bytes(npy_dict("<f4", ""), "1234"), "scalar");
}

TEST_F(NpyFileTest, RefusesShapesThatLie) {
  complains(npy_bytes(npy_dict("<f4", "2,"), "1234"), "asks for");
  complains(npy_bytes(npy_dict("<f4", "1,"), "12345"), "asks for");
  complains(npy_bytes(npy_dict("<f4", "-1,"), "1234"), "not a whole number");
  complains(npy_bytes(npy_dict("<f4", "99999999999999999999,"), "1234"), "shape");
  const std::string message = bad_input_message([&] {
    NpyFile file(folder_.write(
        "big.npy", npy_bytes(npy_dict("<f4", "4294967296, 4294967296, 4294967296"), "1234")));
  });
  EXPECT_NE(message.find("2^40"), std::string::npos) << message;
  std::string dimensions;
  for (int i = 0; i < 33; ++i) dimensions += "1, ";
  complains(npy_bytes(npy_dict("<f4", dimensions), "1234"), "more than 32 dimensions");
}

}  // namespace
}  // namespace splitbench
