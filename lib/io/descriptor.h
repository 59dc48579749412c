// POSIX file descriptors that close themselves, and writes that are complete.
#pragma once

#include <string>
#include <utility>

namespace splitbench {

// Owns a descriptor; -1 stands for none, as open(2) returns it.
class Descriptor {
 public:
  explicit Descriptor(int value = -1) : value_(value) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }

  int value() const { return value_; }
  bool is_open() const { return value_ >= 0; }

 private:
  int value_;
};

// False, with errno set, when not all of `text` could be written.
bool write_all(const Descriptor& file, const std::string& text);

}  // namespace splitbench
