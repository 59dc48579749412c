// Messages among the processes ("ranks") of one job. Engines that start such jobs fill it in
// (lib/cluster); nothing above this interface knows any engine.
//
// Built for jobs whose processes die: no call ever waits for another rank.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace splitbench {

struct Message {
  std::size_t from = 0;  // rank
  std::string text;      // any bytes
};

class Messenger {
 public:
  // Leaves the job.
  virtual ~Messenger() = default;
  virtual std::size_t rank() const = 0;  // from 0
  virtual std::size_t size() const = 0;  // ranks in all, the lost ones included
  // Messages to one rank arrive whole and in order. One to a rank that has died is lost, without
  // notice.
  virtual void send(std::size_t to, const std::string& text) = 0;
  // The next message that is here, if there is one.
  virtual std::optional<Message> receive() = 0;
};

}  // namespace splitbench
