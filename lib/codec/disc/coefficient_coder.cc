#include "codec/disc/coefficient_coder.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <type_traits>

#include "codec/disc/block_order.h"

namespace splitbench::disc {
namespace {

constexpr std::uint8_t kAllGroups = kSymbols - 1;  // the end that stands for all 16 groups

unsigned count_bits(std::uint64_t word) {
  word -= word >> 1 & 0x5555555555555555;
  word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
  word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
  return static_cast<unsigned>(word * 0x0101010101010101 >> 56);
}

// The symbol of the number of groups up to the last that is not empty.
std::uint8_t end_symbol(std::uint64_t significant) {
  if (significant == 0) return 0;
  const auto highest = 63 - static_cast<unsigned>(__builtin_clzll(significant));
  return static_cast<std::uint8_t>(std::min<std::size_t>(highest / kGroupLanes + 1, kAllGroups));
}

std::size_t groups_before(std::uint8_t end) { return end == kAllGroups ? kGroups : end; }

// The 8 nibbles of a word as bytes, and back.
std::uint64_t spread_nibbles(std::uint32_t nibbles) {
  std::uint64_t bytes = nibbles;
  bytes = (bytes | bytes << 16) & 0x0000ffff0000ffff;
  bytes = (bytes | bytes << 8) & 0x00ff00ff00ff00ff;
  return (bytes | bytes << 4) & 0x0f0f0f0f0f0f0f0f;
}
std::uint32_t join_nibbles(std::uint64_t bytes) {
  bytes = (bytes | bytes >> 4) & 0x00ff00ff00ff00ff;
  bytes = (bytes | bytes >> 8) & 0x0000ffff0000ffff;
  return static_cast<std::uint32_t>(bytes | bytes >> 16);
}

// Of a level that is not 0.
std::uint8_t level_symbol(Level level) {
  const int magnitude = std::min(std::abs(int{level}), static_cast<int>(kFirstExcess));
  return static_cast<std::uint8_t>(2 * magnitude - 2 + (level < 0 ? 1 : 0));
}

// By the end of the block above.
constexpr auto kActivityOfEnd = [] {
  constexpr std::array<std::size_t, kEndActivities> kFirst = {0, 1, 2, 3, 5, 9};
  std::array<std::uint8_t, kSymbols> activities{};
  for (std::size_t end = 0; end < activities.size(); ++end) {
    while (activities[end] + 1U < kEndActivities && end >= kFirst[activities[end] + 1U]) {
      ++activities[end];
    }
  }
  return activities;
}();

// How far a group is from the end of its block, as a part of its table's number: for an end of e,
// those of the groups 0, 1, ... are from kGroups - e on.
constexpr auto kDistances = [] {
  std::array<std::uint16_t, 2 * kGroups> distances{};
  for (std::size_t i = 0; i < kGroups; ++i) {
    distances[i] = static_cast<std::uint16_t>(std::min(kGroups - 1 - i, kGroupDistances - 1));
  }
  return distances;
}();

// Codes with a `Port` that turns symbols into a stream, a stream into symbols, or counts them:
//   kReads  whether it reads: then it ignores the symbols it is given, and gives those it reads
//   void expect(std::size_t symbols), unless it reads
//   void many(Alphabet, const std::uint16_t* tables, std::uint8_t* symbols, std::size_t count)
//   unsigned one(Alphabet, std::size_t table, unsigned symbol)
//   unsigned raw_bits(unsigned value, unsigned count)
template <typename Port>
class CoefficientCoder {
 public:
  // Fills in `significant` when reading.
  using Masks = std::conditional_t<Port::kReads, SignificanceMasks, const SignificanceMasks>;
  CoefficientCoder(const Model& model, Masks& significant, Port& port)
      : model_(model), significant_(significant), port_(port) {}

  void write(const std::vector<Level>& levels) {
    // An end and up to 16 groups a block; a level, and perhaps the three symbols of an excess.
    port_.expect((1 + kGroups) * significant_.size() + 4 * levels.size());
    code_ends();
    code_masks();
    expect_levels(levels.size());
    std::transform(levels.begin(), levels.end(), symbols_.begin(), level_symbol);
    port_.many(Alphabet::kLevel, tables_.data(), symbols_.data(), levels.size());
    write_excesses(levels);
  }

  void read(std::vector<Level>& levels) {
    code_ends();
    code_masks();
    const std::size_t count = read_masks();
    expect_levels(count);
    port_.many(Alphabet::kLevel, tables_.data(), symbols_.data(), count);
    read_levels(levels);
  }

 private:
  // Calls visit(channel, number of the block).
  template <typename Visit>
  void for_each_block(Visit visit) {
    std::size_t at = 0;
    for (std::size_t row = 0; row < model_.grid().rows.pieces(); ++row) {
      for_each_block_of_row(
          model_, [&](const ChannelModel& channel, std::size_t) { visit(channel, at++); });
    }
  }

  void code_ends() {
    const BlockGrid& grid = model_.grid();
    const std::size_t across = model_.coded_channels().size() * grid.columns.pieces();
    ends_.resize(significant_.size());
    if constexpr (!Port::kReads) {
      std::transform(significant_.begin(), significant_.end(), ends_.begin(), end_symbol);
    }
    tables_.resize(across);
    std::vector<std::uint8_t> above(across);
    for (std::size_t first = 0; first < ends_.size(); first += across) {
      std::size_t i = 0;
      for_each_block_of_row(model_, [&](const ChannelModel& channel, std::size_t) {
        tables_[i] = static_cast<std::uint16_t>(channel.end_table + kActivityOfEnd[above[i]]);
        ++i;
      });
      port_.many(Alphabet::kEnd, tables_.data(), &ends_[first], across);
      std::copy_n(&ends_[first], across, above.begin());
    }
  }

  void code_masks() {
    std::size_t groups = 0;
    for (const std::uint8_t end : ends_) groups += groups_before(end);
    // Whole blocks are written, of which the next overwrites what lies behind the end.
    tables_.resize(groups + kGroups);
    symbols_.resize(groups + kGroups);
    std::uint16_t* table = tables_.data();
    std::uint8_t* symbol = symbols_.data();
    for_each_block([&](const ChannelModel& channel, std::size_t at) {
      const std::size_t end = groups_before(ends_[at]);
      std::array<std::uint16_t, kGroups> numbers = channel.group_tables;
      const std::uint16_t* distances = &kDistances[kGroups - end];
      for (std::size_t group = 0; group < kGroups; ++group) {
        numbers[group] = static_cast<std::uint16_t>(numbers[group] + distances[group]);
      }
      std::memcpy(table, numbers.data(), sizeof numbers);
      table += end;
      if constexpr (!Port::kReads) {
        const std::uint64_t mask = significant_[at];
        const std::array<std::uint64_t, 2> bytes = {
            spread_nibbles(static_cast<std::uint32_t>(mask)),
            spread_nibbles(static_cast<std::uint32_t>(mask >> 32))};
        std::memcpy(symbol, bytes.data(), sizeof bytes);
        symbol += end;
      }
    });
    port_.many(Alphabet::kGroup, tables_.data(), symbols_.data(), groups);
  }

  // Returns the number of significant coefficients.
  std::size_t read_masks() {
    std::size_t coefficients = 0;
    const std::uint8_t* symbol = symbols_.data();
    for (std::size_t at = 0; at < significant_.size(); ++at) {
      const std::size_t end = groups_before(ends_[at]);
      std::array<std::uint64_t, 2> bytes;
      std::memcpy(bytes.data(), symbol, sizeof bytes);
      symbol += end;
      const std::uint64_t mask = join_nibbles(bytes[0]) | std::uint64_t{join_nibbles(bytes[1])}
                                                              << 32;
      // Shifts by 64 are not defined.
      const std::uint64_t before_end =
          end == kGroups ? ~std::uint64_t{0} : (std::uint64_t{1} << (kGroupLanes * end)) - 1;
      significant_[at] = mask & before_end;
      coefficients += count_bits(significant_[at]);
    }
    return coefficients;
  }

  // The tables of the levels, and room for their symbols.
  void expect_levels(std::size_t count) {
    tables_.resize(count);
    symbols_.resize(count);
    std::uint16_t* table = tables_.data();
    for_each_block([&](const ChannelModel& channel, std::size_t at) {
      std::uint64_t left = significant_[at];
      if (left == 0) return;
      const unsigned density = channel.usual_count.density(count_bits(left));
      std::uint16_t* next = table;
      for (; left != 0; left &= left - 1) {
        *next++ =
            static_cast<std::uint16_t>(channel.classes[lowest_bit(left)] * kDensities + density);
      }
      table = next;
    });
  }

  void write_excesses(const std::vector<Level>& levels) {
    for (std::size_t i = 0; i < symbols_.size(); ++i) {
      if (symbols_[i] < kFirstExcessSymbol) continue;
      const unsigned excess = static_cast<unsigned>(std::abs(int{levels[i]})) - kFirstExcess;
      const unsigned bucket =
          port_.one(Alphabet::kExcess, tables_[i] / kDensities, excess_bucket(excess));
      excess_bits(excess - kExcessBuckets[bucket].first, kExcessBuckets[bucket].bits);
    }
  }

  void read_levels(std::vector<Level>& levels) {
    const std::size_t count = symbols_.size();
    levels.resize(count);
    // Locals: a store to bytes may change any member, as far as a compiler knows.
    const std::uint8_t* symbol = symbols_.data();
    Level* level = levels.data();
    for (std::size_t i = 0; i < count; ++i) {
      const int magnitude = symbol[i] / 2 + 1;
      level[i] = static_cast<Level>(symbol[i] % 2 == 0 ? magnitude : -magnitude);
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (symbol[i] < kFirstExcessSymbol) continue;
      const Bucket range = kExcessBuckets[port_.one(Alphabet::kExcess, tables_[i] / kDensities, 0)];
      const unsigned excess = range.first + excess_bits(0, range.bits);
      const int magnitude = std::min<int>(static_cast<int>(kFirstExcess + excess), kMaxLevel);
      level[i] = static_cast<Level>(symbol[i] % 2 == 0 ? magnitude : -magnitude);
    }
  }

  // The coder takes so many bits at once.
  unsigned excess_bits(unsigned value, unsigned count) {
    if (count <= kPrecision) return port_.raw_bits(value, count);
    const unsigned low = port_.raw_bits(value % kTotal, kPrecision);
    return low | port_.raw_bits(value >> kPrecision, count - kPrecision) << kPrecision;
  }

  const Model& model_;
  Masks& significant_;
  Port& port_;
  std::vector<std::uint8_t> ends_;
  // Of the symbols that many() codes next.
  std::vector<std::uint16_t> tables_;
  std::vector<std::uint8_t> symbols_;
};

class WritingPort {
 public:
  static constexpr bool kReads = false;
  explicit WritingPort(const SymbolTables& tables) : tables_(tables) {}

  // To be called once, with at least as many symbols as will come.
  void expect(std::size_t symbols) {
    intervals_.reset(new CodeInterval[symbols]);  // not initialised
  }
  unsigned one(Alphabet alphabet, std::size_t table, unsigned symbol) {
    intervals_[count_++] = tables_.of(alphabet)[table].interval(symbol);
    return symbol;
  }
  void many(Alphabet alphabet, const std::uint16_t* tables, const std::uint8_t* symbols,
            std::size_t count) {
    const SymbolTable* all = tables_.of(alphabet);
    CodeInterval* interval = &intervals_[count_];
    for (std::size_t i = 0; i < count; ++i) interval[i] = all[tables[i]].interval(symbols[i]);
    count_ += count;
  }
  unsigned raw_bits(unsigned value, unsigned count) {
    intervals_[count_++] = raw_interval(value, count, kPrecision);
    return value;
  }
  Bytes stream(std::size_t states) const {
    return encode_intervals(intervals_.get(), count_, kPrecision, states);
  }

 private:
  const SymbolTables& tables_;
  std::unique_ptr<CodeInterval[]> intervals_;
  std::size_t count_ = 0;
};

template <std::size_t kStates>
class ReadingPort {
 public:
  static constexpr bool kReads = true;
  ReadingPort(const SymbolTables& tables, ByteView bytes, const char* what)
      : tables_(tables), decoder_(bytes, what) {}

  unsigned one(Alphabet alphabet, std::size_t table, unsigned /*symbol*/) {
    return decoder_.symbol(tables_.of(alphabet)[table]);
  }
  void many(Alphabet alphabet, const std::uint16_t* tables, std::uint8_t* symbols,
            std::size_t count) {
    decoder_.symbols(tables_.of(alphabet), tables, symbols, count);
  }
  unsigned raw_bits(unsigned /*value*/, unsigned count) { return decoder_.raw_bits(count); }
  void finish() const { decoder_.finish(); }

 private:
  const SymbolTables& tables_;
  RansDecoder<kPrecision, kStates> decoder_;
};

class CountingPort {
 public:
  static constexpr bool kReads = false;
  explicit CountingPort(SymbolCounts& counts) : counts_(counts) {}

  void expect(std::size_t /*symbols*/) {}

  unsigned one(Alphabet alphabet, std::size_t table, unsigned symbol) {
    counts_.add(alphabet, table, symbol);
    return symbol;
  }
  void many(Alphabet alphabet, const std::uint16_t* tables, const std::uint8_t* symbols,
            std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) counts_.add(alphabet, tables[i], symbols[i]);
  }
  unsigned raw_bits(unsigned value, unsigned /*count*/) { return value; }

 private:
  SymbolCounts& counts_;
};

template <std::size_t kStates>
QuantisedTensor decode_with(const Model& model, ByteView bytes, const char* what) {
  QuantisedTensor tensor;
  tensor.significant.resize(model.coded_channels().size() * model.grid().blocks());
  ReadingPort<kStates> port(model.tables(), bytes, what);
  CoefficientCoder<ReadingPort<kStates>>(model, tensor.significant, port).read(tensor.levels);
  port.finish();
  return tensor;
}

}  // namespace

Bytes encode_coefficients(const Model& model, const QuantisedTensor& tensor) {
  WritingPort port(model.tables());
  CoefficientCoder<WritingPort>(model, tensor.significant, port).write(tensor.levels);
  return port.stream(model.states());
}

QuantisedTensor decode_coefficients(const Model& model, ByteView bytes, const char* what) {
  switch (model.states()) {
    case 1:
      return decode_with<1>(model, bytes, what);
    case 2:
      return decode_with<2>(model, bytes, what);
    case 4:
      return decode_with<4>(model, bytes, what);
    default:
      return decode_with<8>(model, bytes, what);
  }
}

void count_symbols(const Model& model, const QuantisedTensor& tensor, SymbolCounts& counts) {
  CountingPort port(counts);
  CoefficientCoder<CountingPort>(model, tensor.significant, port).write(tensor.levels);
}

}  // namespace splitbench::disc
