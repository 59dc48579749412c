// Accuracy loss over payload as characters: for reports and for who looks on.
//
// Pure function; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace splitbench {

struct PlotPoint {
  double payload_bytes = 0;
  double loss = 0;  // a fraction
  char mark = 'o';
};

// Loss upwards over the logarithm of the payload, with the ends of both axes written out: `rows`
// lines of a plot 64 columns wide and two for the axis below, none longer than 76 characters.
// Where points meet, the last is seen. Requires a point.
std::string scatter_plot(const std::vector<PlotPoint>& points, std::size_t rows);

}  // namespace splitbench
