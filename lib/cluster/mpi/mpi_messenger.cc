// Messages through MPI, in a way that outlives ranks that die.
//
// Open MPI goes on without a rank that was killed when mpirun is told --enable-recovery, but any
// call that waits for the dead rank waits for ever. So nothing here waits: sends are started and
// tested, and a message travels in pieces that MPI sends eagerly, without asking the receiver.
#include <chrono>
#include <cstring>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#define OMPI_SKIP_MPICXX
#include <mpi.h>

#include "base/error.h"
#include "cluster/open_messenger.h"

namespace splitbench {
namespace {

// Below the eager limit of every transport of Open MPI (the smallest is 4 KiB, with headers).
constexpr std::size_t kPieceBytes = 2048;
constexpr int kTag = 1;
// The first byte of a piece.
constexpr char kMore = '+', kLast = '.';
// How long a rank that leaves waits for the others to leave too.
constexpr std::chrono::seconds kFarewell(5);
constexpr std::chrono::milliseconds kPause(5);

void check(int result, const char* call) {
  if (result != MPI_SUCCESS) throw runtime_failure(std::string(call) + " of Open MPI failed");
}

class MpiMessenger : public Messenger {
 public:
  MpiMessenger() {
    int level = 0;
    // One thread at a time, but not always the same.
    check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &level), "MPI_Init_thread");
    if (level < MPI_THREAD_SERIALIZED) {
      throw runtime_failure("this Open MPI was built without threads; install another");
    }
    int rank = 0, size = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    rank_ = static_cast<std::size_t>(rank);
    size_ = static_cast<std::size_t>(size);
    // By default an error ends all ranks.
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  }

  // MPI_Finalize waits for all ranks: it is left out when not all get here.
  ~MpiMessenger() override {
    MPI_Request all_here = MPI_REQUEST_NULL;
    if (MPI_Ibarrier(MPI_COMM_WORLD, &all_here) != MPI_SUCCESS) return;
    const auto end = std::chrono::steady_clock::now() + kFarewell;
    while (std::chrono::steady_clock::now() < end) {
      int done = 0;
      if (MPI_Test(&all_here, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS) return;
      if (done != 0) {
        MPI_Finalize();
        return;
      }
      std::this_thread::sleep_for(kPause);
    }
  }
  MpiMessenger(const MpiMessenger&) = delete;
  MpiMessenger& operator=(const MpiMessenger&) = delete;

  std::size_t rank() const override { return rank_; }
  std::size_t size() const override { return size_; }

  void send(std::size_t to, const std::string& text) override {
    forget_sent();
    for (std::size_t at = 0;; at += kPieceBytes - 1) {
      const bool last = text.size() - at < kPieceBytes;
      outgoing_.emplace_back();
      Outgoing& piece = outgoing_.back();
      piece.bytes = (last ? kLast : kMore) + text.substr(at, kPieceBytes - 1);
      // An error means that the receiver is gone.
      if (MPI_Isend(piece.bytes.data(), static_cast<int>(piece.bytes.size()), MPI_BYTE,
                    static_cast<int>(to), kTag, MPI_COMM_WORLD, &piece.request) != MPI_SUCCESS) {
        outgoing_.pop_back();
      }
      if (last) return;
    }
  }

  std::optional<Message> receive() override {
    forget_sent();
    while (true) {
      int found = 0;
      MPI_Message handle = MPI_MESSAGE_NULL;
      MPI_Status status;
      if (MPI_Improbe(MPI_ANY_SOURCE, kTag, MPI_COMM_WORLD, &found, &handle, &status) !=
              MPI_SUCCESS ||
          found == 0) {
        return {};
      }
      // An eager piece is here already, as a whole.
      std::vector<char> piece(kPieceBytes);
      int bytes = 0;
      MPI_Mrecv(piece.data(), static_cast<int>(piece.size()), MPI_BYTE, &handle, &status);
      MPI_Get_count(&status, MPI_BYTE, &bytes);
      if (bytes < 1) continue;
      const auto from = static_cast<std::size_t>(status.MPI_SOURCE);
      std::string& text = incoming_[from];
      text.append(piece.data() + 1, static_cast<std::size_t>(bytes) - 1);
      if (piece.front() == kMore) continue;
      Message message{from, std::move(text)};
      incoming_.erase(from);
      return message;
    }
  }

 private:
  // A piece under way; MPI reads it until the request is done. Stays where it is in memory.
  struct Outgoing {
    std::string bytes;
    MPI_Request request = MPI_REQUEST_NULL;
  };

  // Those to ranks that died stay: there are few, for nobody writes to who does not answer.
  void forget_sent() {
    for (auto piece = outgoing_.begin(); piece != outgoing_.end();) {
      int done = 0;
      const int result = MPI_Test(&piece->request, &done, MPI_STATUS_IGNORE);
      piece = result != MPI_SUCCESS || done != 0 ? outgoing_.erase(piece) : std::next(piece);
    }
  }

  std::size_t rank_ = 0, size_ = 0;
  std::list<Outgoing> outgoing_;
  std::map<std::size_t, std::string> incoming_;  // what has come of a message, by sender
};

}  // namespace
}  // namespace splitbench

extern "C" __attribute__((visibility("default"))) splitbench::Messenger* splitbench_open_messenger(
    const char* build_id) {
  if (std::strcmp(build_id, SPLITBENCH_VERSION) != 0) return nullptr;
  return std::make_unique<splitbench::MpiMessenger>().release();
}
