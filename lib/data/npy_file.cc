#include "data/npy_file.h"

#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/spec.h"

namespace splitbench {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxHeaderBytes = 1 << 16;
constexpr std::size_t kMaxDimensions = 32;

struct NpyHeader {
  std::optional<std::string> descr;
  std::optional<bool> fortran_order;
  std::optional<Shape> shape;
};

// The one Python literal that NumPy writes: {'descr': '<f4', 'fortran_order': False,
// 'shape': (10, 3), }, keys in any order.
class NpyHeaderParser {
 public:
  NpyHeaderParser(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  NpyHeader parse() {
    NpyHeader header;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr") {
        header.descr = quoted();
      } else if (key == "fortran_order") {
        header.fortran_order = boolean();
      } else if (key == "shape") {
        header.shape = tuple();
      } else {
        throw damaged("has the unknown key '" + key + "'");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (at_ != text_.size()) throw damaged("has text after its end");
    if (!header.descr || !header.fortran_order || !header.shape) {
      throw damaged("lacks descr, fortran_order or shape");
    }
    return header;
  }

 private:
  Error damaged(const std::string& problem) const {
    return bad_input(path_ + ": the .npy header " + problem);
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }

  bool accept(char c) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void expect(char c) {
    if (!accept(c)) {
      throw damaged("is damaged at byte " + std::to_string(at_) + ": expected '" + c + "'");
    }
  }

  std::string quoted() {
    expect('\'');
    const std::size_t end = text_.find('\'', at_);
    if (end == std::string_view::npos) throw damaged("is damaged: a quote is not closed");
    std::string value(text_.substr(at_, end - at_));
    at_ = end + 1;
    return value;
  }

  bool boolean() {
    skip_space();
    for (const std::string_view word : {std::string_view("True"), std::string_view("False")}) {
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return word == "True";
      }
    }
    throw damaged("is damaged: fortran_order is neither True nor False");
  }

  Shape tuple() {
    Shape shape;
    expect('(');
    while (!accept(')')) {
      skip_space();
      const std::size_t end = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
      const std::string digits(text_.substr(at_, end - at_));
      shape.push_back(parse_integer(digits, path_ + ": the .npy header's shape"));
      if (shape.size() > kMaxDimensions) throw damaged("has more than 32 dimensions");
      at_ = end;
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }

  std::string_view text_;
  const std::string& path_;
  std::size_t at_ = 0;
};

DType parse_descr(const std::string& descr, const std::string& path) {
  if (descr == "<f4") return DType::kF32;
  if (descr == "<i4") return DType::kI32;
  if (descr == "<i8") return DType::kI64;
  if (descr == "|u1") return DType::kU8;
  throw bad_input(path + " has elements of type '" + descr +
                  "'; save it as float32, uint8, int32 or int64, little-endian");
}

struct Preamble {
  std::uint64_t header_offset = 0;
  std::size_t header_bytes = 0;
};

Preamble read_preamble(const RandomAccessFile& file) {
  std::uint8_t bytes[12] = {};
  if (file.size() < sizeof bytes) throw bad_input(file.path() + " is too short for a .npy file");
  file.read(0, bytes, sizeof bytes);
  if (std::memcmp(bytes, kMagic.data(), kMagic.size()) != 0) {
    throw bad_input(file.path() + " is not a .npy file; write it with numpy.save");
  }
  const int version = bytes[6];
  Preamble preamble;
  if (version == 1) {
    preamble = {10, std::size_t{bytes[8]} | std::size_t{bytes[9]} << 8};
  } else if (version == 2) {
    preamble = {12, std::size_t{bytes[8]} | std::size_t{bytes[9]} << 8 |
                        std::size_t{bytes[10]} << 16 | std::size_t{bytes[11]} << 24};
  } else {
    throw bad_input(file.path() + " has .npy version " + std::to_string(version) +
                    ", known are 1 and 2");
  }
  if (preamble.header_bytes > kMaxHeaderBytes ||
      preamble.header_offset + preamble.header_bytes > file.size()) {
    throw bad_input(file.path() + ": a .npy header of " + std::to_string(preamble.header_bytes) +
                    " bytes does not fit");
  }
  return preamble;
}

}  // namespace

NpyFile::NpyFile(const std::string& path) : file_(path) {
  const Preamble preamble = read_preamble(file_);
  std::string text(preamble.header_bytes, '\0');
  file_.read(preamble.header_offset, text.data(), text.size());
  NpyHeader header = NpyHeaderParser(text, path).parse();
  if (*header.fortran_order) {
    throw bad_input(path + " is in Fortran order; save numpy.ascontiguousarray(x)");
  }
  if (header.shape->empty()) throw bad_input(path + " holds a scalar; the first axis is samples");
  spec_ = {parse_descr(*header.descr, path), std::move(*header.shape)};
  data_offset_ = preamble.header_offset + preamble.header_bytes;
  const std::uint64_t expected = data_offset_ + spec_.bytes();
  if (file_.size() != expected) {
    throw bad_input(path + " has " + std::to_string(file_.size()) + " bytes, its header (" +
                    dtype_name(spec_.dtype) + " " + shape_text(spec_.shape) + ") asks for " +
                    std::to_string(expected));
  }
  row_bytes_ = rows() == 0 ? 0 : spec_.bytes() / rows();
}

void NpyFile::read_rows(std::size_t first, std::size_t count, void* destination) const {
  file_.read(data_offset_ + std::uint64_t{first} * row_bytes_, destination, count * row_bytes_);
}

}  // namespace splitbench
