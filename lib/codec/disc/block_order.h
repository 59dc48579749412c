// The order of blocks in a stream: by row in the map, then by channel (of those that are coded),
// then by column. Where channels are mixed by column and then by component: the components of a
// place are made of all its channels, and the other way round, and these fit the nearest cache.
#pragma once

#include <cstddef>

#include "codec/disc/model.h"

namespace splitbench::disc {

// Calls visit(channel, row) for the rows of blocks of every channel, where these are apart.
template <typename Visit>
void for_each_row_of_blocks(const Model& model, Visit visit) {
  for (std::size_t row = 0; row < model.grid().rows.pieces(); ++row) {
    for (const ChannelModel& channel : model.coded_channels()) visit(channel, row);
  }
}

// Calls visit(channel, column) for every block of a row of blocks.
template <typename Visit>
void for_each_block_of_row(const Model& model, Visit visit) {
  const std::size_t columns = model.grid().columns.pieces();
  if (model.mixing().empty()) {
    for (const ChannelModel& channel : model.coded_channels()) {
      for (std::size_t column = 0; column < columns; ++column) visit(channel, column);
    }
  } else {
    for (std::size_t column = 0; column < columns; ++column) {
      for (const ChannelModel& component : model.coded_channels()) visit(component, column);
    }
  }
}

}  // namespace splitbench::disc
