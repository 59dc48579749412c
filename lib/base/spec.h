// Spec strings: the one way to name a codec, dataset, link or meter with its options.
//
//   name:key=value:key=value      a value may be a list `1,3,9` or a range `2..8+2` (both ends
//                                 included); a spec with lists or ranges stands for their product
//
// A value may be quoted with double quotes when it contains ':' or ','; one with a '/' is a path
// and no range. Pure functions; thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace splitbench {

// One named thing with its options, e.g. {"jpeg", {{"quality","80"}}}. Keys are unique.
struct Spec {
  std::string name;
  std::map<std::string, std::string> options;

  // `name:key=value:...` with keys sorted: the identity that documents store.
  std::string canonical() const;
};

// Parses one spec whose values are taken literally (lists and ranges are not expanded).
// Throws Error{kBadInput} naming the offending part.
Spec parse_spec(const std::string& text);

// Parses a spec and expands lists and ranges to every combination, in the order written.
// Throws as parse_spec does, and when the product exceeds 100,000 specs.
std::vector<Spec> expand_spec(const std::string& text);

// Checked conversions of an option's value; they throw Error{kBadInput} with `where` in front.
double parse_number(const std::string& value, const std::string& where);
long long parse_integer(const std::string& value, const std::string& where);

// The shortest decimal text that reads back as exactly this double (no locale).
std::string format_number(double value);

}  // namespace splitbench
