// Image files listed in a CSV file: rows `path,label` or `path`, with or without that header line;
// paths are relative to the CSV. A file is opened when its sample is loaded, so one that is missing
// or damaged costs only that sample.
#include <filesystem>
#include <limits>
#include <string_view>
#include <utility>

#include "base/csv.h"
#include "base/error.h"
#include "data/dataset_factory.h"
#include "data/image_file_dataset.h"
#include "data/random_access_file.h"

namespace splitbench {
namespace {

constexpr std::uint64_t kMaxCsvBytes = std::uint64_t{1} << 30;

bool is_header(const CsvRow& row) {
  return row.fields == std::vector<std::string>{"path", "label"} ||
         row.fields == std::vector<std::string>{"path"};
}

int parse_label(const std::string& text, const std::string& where) {
  const long long label = parse_integer(text, where + ": label");
  if (label < 0 || label > std::numeric_limits<int>::max()) {
    throw bad_input(where + ": label " + text + " is not a class index (0, 1, 2 ...)");
  }
  return static_cast<int>(label);
}

LabelledPath parse_row(const CsvRow& row, const std::string& where,
                       const std::filesystem::path& folder) {
  if (row.fields.size() > 2) {
    throw bad_input(where + ": expected path,label, got " + std::to_string(row.fields.size()) +
                    " fields; put a path that contains a comma in double quotes");
  }
  if (row.fields.front().empty()) throw bad_input(where + ": the path is empty");
  LabelledPath image;
  image.path = (folder / row.fields.front()).string();
  if (row.fields.size() == 2) image.label = parse_label(row.fields.back(), where);
  return image;
}

std::vector<LabelledPath> read_list(const std::string& path) {
  const Bytes bytes = read_whole_file(path, kMaxCsvBytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::vector<LabelledPath> images;
  bool first = true;
  for (const CsvRow& row : parse_csv(text, path)) {
    if (std::exchange(first, false) && is_header(row)) continue;
    const std::string where = path + " line " + std::to_string(row.line);
    images.push_back(parse_row(row, where, folder));
    if (images.back().label.has_value() != images.front().label.has_value()) {
      throw bad_input(where + ": either every row has a label or none; this one differs");
    }
  }
  return images;
}

std::unique_ptr<Dataset> open(const Spec& spec, const DatasetContext& context) {
  const std::string& path = spec.options.at("csv");
  std::vector<LabelledPath> images = read_list(path);
  if (images.empty())
    throw bad_input("image-list: " + path + " lists no image; add path,label rows");
  return std::make_unique<ImageFileDataset>(spec, std::move(images), context.image_reader());
}

}  // namespace

DatasetFactory image_list_dataset() {
  DatasetDescription description;
  description.name = "image-list";
  description.summary = "image files listed in a CSV file, with or without labels";
  description.reads_image_files = true;
  description.options = {path_option("csv", "CSV file of path,label rows; paths are relative to it",
                                     /*required=*/true)};
  return {description, open};
}

}  // namespace splitbench
