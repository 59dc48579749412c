#include "codec/disc/coefficient_coder.h"

#include <algorithm>
#include <cstdlib>
#include <type_traits>

#include "codec/disc/nibble_coder.h"

namespace splitbench::disc {
namespace {

constexpr std::uint64_t kNibble = 15;

unsigned lowest_bit(std::uint64_t bits) { return static_cast<unsigned>(__builtin_ctzll(bits)); }

unsigned count_bits(std::uint64_t word) {
  word -= word >> 1 & 0x5555555555555555;
  word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
  word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
  return static_cast<unsigned>(word * 0x0101010101010101 >> 56);
}

std::uint8_t level_symbol(std::int8_t level) {
  static constexpr auto kOfLevel = [] {
    std::array<std::uint8_t, 256> symbols{};
    for (int value = -kMaxLevel; value <= kMaxLevel; ++value) {
      const int magnitude = std::min(value < 0 ? -value : value, static_cast<int>(kFirstExcess));
      symbols[static_cast<std::uint8_t>(value)] =
          static_cast<std::uint8_t>(value == 0 ? 0 : 2 * magnitude - 2 + (value < 0 ? 1 : 0));
    }
    return symbols;
  }();
  return kOfLevel[static_cast<std::uint8_t>(level)];
}

// The number of groups up to the last that is not empty.
unsigned end_of(std::uint64_t significant) {
  if (significant == 0) return 0;
  return (63 - static_cast<unsigned>(__builtin_clzll(significant))) / 4 + 1;
}

// By how many groups there are in the blocks on the left, above, and in the channel before.
constexpr auto kActivityOfSum = [] {
  constexpr std::array<std::size_t, kEndActivities> kFirst = {0, 1, 3, 6, 11, 19};
  std::array<std::uint8_t, 3 * kGroups + 1> activities{};
  for (std::size_t sum = 0; sum < activities.size(); ++sum) {
    while (activities[sum] + 1U < kEndActivities && sum >= kFirst[activities[sum] + 1U]) {
      ++activities[sum];
    }
  }
  return activities;
}();

// How busy it is around each bit of a block: how many of its six neighbours have it set (0, 1, 2 or
// more), and how dense the block itself is.
class Surroundings {
 public:
  Surroundings(const SignificanceMap& words, std::size_t at, unsigned density) : density_(density) {
    const auto add = [](std::uint64_t a, std::uint64_t b, std::uint64_t c) {
      return std::array<std::uint64_t, 2>{a ^ b ^ c, (a & b) | (c & (a | b))};
    };
    const auto first = add(words.left(at), words.right(at), words.before(at));
    const auto second = add(words.above(at), words.below(at), words.behind(at));
    const auto high = add(first[1], second[1], first[0] & second[0]);
    // Four and more count as three.
    ones_ = (first[0] ^ second[0]) | high[1];
    twos_ = high[0] | high[1];
  }

  unsigned activity(unsigned bit) const {
    const auto neighbours =
        static_cast<unsigned>(((ones_ >> bit) & 1) | ((twos_ >> bit) & 1) << 1);
    return neighbours * kDensities + density_;
  }

 private:
  unsigned density_;
  std::uint64_t ones_;
  std::uint64_t twos_;
};

std::uint16_t table_number(std::size_t expectation, std::size_t activities, std::size_t activity) {
  return static_cast<std::uint16_t>(expectation * activities + activity);
}

// The groups before the end of a block, as bits.
std::uint64_t groups_before(unsigned end) { return (std::uint64_t{1} << end) - 1; }

// Codes with a `Port` that turns symbols into a stream, a stream into symbols, or counts them:
//   kReads  whether it reads: then it ignores the symbols it is given, and gives those it reads
//   unsigned one(Alphabet, std::size_t table, unsigned symbol)
//   void many(Alphabet, const std::uint16_t* tables, std::uint8_t* symbols, std::size_t count)
//   unsigned raw_bits(unsigned value, unsigned count)
// All that does not depend on the symbol before goes through many(), which is fast.
template <typename Port>
class CoefficientCoder {
 public:
  // Fills in `significant` when reading.
  using Significance = std::conditional_t<Port::kReads, SignificanceMap, const SignificanceMap>;
  CoefficientCoder(const Model& model, Significance& significant, Port& port)
      : model_(model),
        significant_(significant),
        port_(port),
        ends_(model.grid(), model.coded_channels().size()),
        groups_(model.grid(), model.coded_channels().size()) {}

  void write(const std::vector<RankedLevels>& levels) {
    code_ends();
    prepare_masks();
    port_.many(Alphabet::kGroup, tables_.data(), symbols_.data(), tables_.size());
    prepare_levels(levels.data());
    port_.many(Alphabet::kLevel, tables_.data(), symbols_.data(), tables_.size());
    write_excesses(levels);
  }

  void read(std::vector<std::int8_t>& levels) {
    code_ends();
    prepare_masks();
    port_.many(Alphabet::kGroup, tables_.data(), symbols_.data(), tables_.size());
    assemble_masks();
    prepare_levels(nullptr);
    port_.many(Alphabet::kLevel, tables_.data(), symbols_.data(), tables_.size());
    levels.resize(symbols_.size());
    const std::uint8_t* symbols = symbols_.data();
    std::int8_t* to = levels.data();
    for (std::size_t i = 0, count = levels.size(); i < count; ++i) {
      const int magnitude = symbols[i] / 2 + 1;
      to[i] = static_cast<std::int8_t>(symbols[i] % 2 == 0 ? magnitude : -magnitude);
    }
    read_excesses(levels);
  }

 private:
  // Calls visit(channel, index of the block).
  template <typename Visit>
  void for_each_block(Visit visit) {
    const BlockGrid& grid = model_.grid();
    const auto& channels = model_.coded_channels();
    for (std::size_t channel = 0; channel < channels.size(); ++channel) {
      for (std::size_t row = 0; row < grid.rows.pieces(); ++row) {
        const std::size_t first = groups_.index(channel, row, 0);
        const std::size_t end = first + grid.columns.pieces();
        for (std::size_t at = first; at < end; ++at) visit(channels[channel], at);
      }
    }
  }

  void code_ends() {
    std::size_t groups = 0;
    for_each_block([&](const ChannelModel& channel, std::size_t at) {
      const unsigned sum = unsigned{ends_.left(at)} + ends_.above(at) + ends_.before(at);
      unsigned end = Port::kReads ? 0 : end_of(significant_[at]);
      const unsigned symbol = port_.one(
          Alphabet::kEnd, table_number(channel.block, kEndActivities, kActivityOfSum[sum]),
          std::min(end, kSymbols - 1));
      // The last symbol stands for all groups.
      end = symbol == kSymbols - 1 ? kGroups : symbol;
      ends_[at] = static_cast<std::uint8_t>(end);
      groups_[at] = groups_before(end);
      groups += end;
    });
    tables_.resize(groups);
    symbols_.resize(groups);
  }

  // Tables, and symbols if they are known, of the groups before the ends.
  void prepare_masks() {
    std::uint16_t* table = tables_.data();
    std::uint8_t* symbol = symbols_.data();
    for_each_block([&](const ChannelModel& channel, std::size_t at) {
      const unsigned end = ends_[at];
      if (end == 0) return;
      const Surroundings around(groups_, at, 0);
      std::uint64_t word = significant_[at];
      for (unsigned group = 0; group < end; ++group) {
        // The last one has something.
        const unsigned last = group + 1 == end ? 1 : 0;
        table[group] =
            table_number(channel.groups[group], kActivities, around.activity(group) + last);
        if constexpr (!Port::kReads) {
          symbol[group] = static_cast<std::uint8_t>(word & kNibble);
          word >>= 4;
        }
      }
      table += end;
      symbol += end;
    });
  }

  void assemble_masks() {
    std::size_t coefficients = 0;
    const std::uint8_t* symbol = symbols_.data();
    for_each_block([&](const ChannelModel& /*channel*/, std::size_t at) {
      std::uint64_t word = 0;
      const unsigned end = ends_[at];
      for (unsigned group = 0; group < end; ++group) {
        word |= std::uint64_t{symbol[group]} << (4 * group);
      }
      symbol += end;
      significant_[at] = word;
      coefficients += count_bits(word);
    });
    tables_.resize(coefficients);
    symbols_.resize(coefficients);
  }

  // Tables, and symbols if they are known, of the significant coefficients.
  void prepare_levels(const RankedLevels* levels) {
    if constexpr (!Port::kReads) {
      std::size_t coefficients = 0;
      for_each_block([&](const ChannelModel& /*channel*/, std::size_t at) {
        coefficients += count_bits(significant_[at]);
      });
      tables_.resize(coefficients);
      symbols_.resize(coefficients);
    }
    std::uint16_t* table = tables_.data();
    std::uint8_t* symbol = symbols_.data();
    for_each_block([&](const ChannelModel& channel, std::size_t at) {
      const std::uint64_t word = significant_[at];
      if (word == 0) return;
      const Surroundings around(significant_, at,
                                channel.coefficient_count.density(count_bits(word)));
      for (std::uint64_t left = word; left != 0; left &= left - 1) {
        const unsigned rank = lowest_bit(left);
        *table++ = table_number(channel.classes[rank], kActivities, around.activity(rank));
        if constexpr (!Port::kReads) *symbol++ = level_symbol(levels->levels[rank]);
      }
      ++levels;
    });
  }

  void write_excesses(const std::vector<RankedLevels>& levels) {
    const std::uint8_t* symbol = symbols_.data();
    const RankedLevels* of_block = levels.data();
    const std::uint16_t* table = tables_.data();
    for_each_block([&](const ChannelModel& /*channel*/, std::size_t at) {
      const std::uint64_t word = significant_[at];
      if (word == 0) return;
      for (std::uint64_t left = word; left != 0; left &= left - 1, ++table) {
        if (*symbol++ < kFirstExcessSymbol) continue;
        const int level = of_block->levels[lowest_bit(left)];
        const unsigned excess = static_cast<unsigned>(std::abs(level)) - kFirstExcess;
        const unsigned bucket =
            port_.one(Alphabet::kExcess, *table / kActivities, excess_bucket(excess));
        const Bucket range = kExcessBuckets[bucket];
        port_.raw_bits(excess - range.first, range.bits);
      }
      ++of_block;
    });
  }

  void read_excesses(std::vector<std::int8_t>& levels) {
    for (std::size_t i = 0, count = levels.size(); i < count; ++i) {
      if (symbols_[i] < kFirstExcessSymbol) continue;
      const Bucket range =
          kExcessBuckets[port_.one(Alphabet::kExcess, tables_[i] / kActivities, 0)];
      const unsigned excess = range.first + port_.raw_bits(0, range.bits);
      const int level = std::min<int>(static_cast<int>(kFirstExcess + excess), kMaxLevel);
      levels[i] = static_cast<std::int8_t>(levels[i] < 0 ? -level : level);
    }
  }

  const Model& model_;
  Significance& significant_;
  Port& port_;
  BlockMap<std::uint8_t> ends_;
  SignificanceMap groups_;  // bit g: group g is before the end of the block
  // Of the symbols that many() codes next.
  std::vector<std::uint16_t> tables_;
  std::vector<std::uint8_t> symbols_;
};

class WritingPort {
 public:
  static constexpr bool kReads = false;
  explicit WritingPort(const SymbolTables& tables) : tables_(tables) {}

  unsigned one(Alphabet alphabet, std::size_t table, unsigned symbol) {
    intervals_.push_back(tables_.of(alphabet)[table].interval(symbol));
    return symbol;
  }
  void many(Alphabet alphabet, const std::uint16_t* tables, const std::uint8_t* symbols,
            std::size_t count) {
    const NibbleTable* all = tables_.of(alphabet);
    const std::size_t first = intervals_.size();
    intervals_.resize(first + count);
    Interval* interval = &intervals_[first];
    for (std::size_t i = 0; i < count; ++i) interval[i] = all[tables[i]].interval(symbols[i]);
  }
  unsigned raw_bits(unsigned value, unsigned count) {
    intervals_.push_back(raw_interval(value, count));
    return value;
  }
  const std::vector<Interval>& intervals() const { return intervals_; }

 private:
  const SymbolTables& tables_;
  std::vector<Interval> intervals_;
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
  NibbleDecoder<kStates> decoder_;
};

class CountingPort {
 public:
  static constexpr bool kReads = false;
  explicit CountingPort(SymbolCounts& counts) : counts_(counts) {}

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
SparseTensor decode_with(const Model& model, ByteView bytes, const char* what) {
  SparseTensor tensor(model);
  ReadingPort<kStates> port(model.tables(), bytes, what);
  CoefficientCoder<ReadingPort<kStates>>(model, tensor.significant, port).read(tensor.levels);
  port.finish();
  return tensor;
}

}  // namespace

Bytes encode_coefficients(const Model& model, const QuantisedTensor& tensor) {
  WritingPort port(model.tables());
  CoefficientCoder<WritingPort>(model, tensor.significant, port).write(tensor.levels);
  return encode_intervals(port.intervals(), model.states());
}

SparseTensor decode_coefficients(const Model& model, ByteView bytes, const char* what) {
  if (model.states() == 1) return decode_with<1>(model, bytes, what);
  if (model.states() == 2) return decode_with<2>(model, bytes, what);
  return decode_with<4>(model, bytes, what);
}

void count_symbols(const Model& model, const QuantisedTensor& tensor, SymbolCounts& counts) {
  CountingPort port(counts);
  CoefficientCoder<CountingPort>(model, tensor.significant, port).write(tensor.levels);
}

}  // namespace splitbench::disc
