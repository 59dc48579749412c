// "Did you mean ...?": the name in a list that is closest to a mistyped one.
#pragma once

#include <string>
#include <vector>

namespace splitbench {

// The candidate with the smallest Damerau-Levenshtein (optimal string alignment) distance to
// `name`, or an empty string when none is close (distance above a third of the longer length,
// and no candidate contains `name`).
std::string nearest_name(const std::string& name, const std::vector<std::string>& candidates);

// " (did you mean 'x'?)", or ", known: a, b, c" when nothing is close: the tail of an error.
std::string suggestion(const std::string& name, const std::vector<std::string>& candidates);

}  // namespace splitbench
