// A folder with one subfolder of image files a class, numbered and ordered as torchvision's
// ImageFolder does: classes by name, below a class all files by folder and then by name.
#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "data/dataset_factory.h"
#include "data/image_file_dataset.h"

namespace splitbench {
namespace {

namespace fs = std::filesystem;

// torchvision.datasets.folder.IMG_EXTENSIONS
constexpr std::array<const char*, 9> kExtensions = {".jpg", ".jpeg", ".png",  ".ppm", ".bmp",
                                                    ".pgm", ".tif",  ".tiff", ".webp"};

bool is_image_name(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

std::vector<fs::path> class_folders(const fs::path& root) {
  std::vector<fs::path> folders;
  for (const fs::directory_entry& entry : fs::directory_iterator(root)) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end(), [](const fs::path& a, const fs::path& b) {
    return a.filename().string() < b.filename().string();
  });
  return folders;
}

// Folder and file name, so that sorting groups by folder.
std::vector<std::pair<std::string, std::string>> image_files(const fs::path& folder) {
  std::vector<std::pair<std::string, std::string>> files;
  const auto options = fs::directory_options::follow_directory_symlink;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder, options)) {
    if (is_image_name(entry.path()) && !entry.is_directory()) {
      files.emplace_back(entry.path().parent_path().string(), entry.path().filename().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<LabelledPath> list_images(const fs::path& root) {
  std::vector<LabelledPath> images;
  int label = 0;
  for (const fs::path& folder : class_folders(root)) {
    for (const auto& [parent, name] : image_files(folder)) {
      images.push_back({(fs::path(parent) / name).string(), label});
    }
    ++label;
  }
  return images;
}

std::unique_ptr<Dataset> open(const Spec& spec, const DatasetContext& context) {
  const std::string& root = spec.options.at("root");
  std::vector<LabelledPath> images;
  try {
    images = list_images(root);
  } catch (const fs::filesystem_error& error) {
    throw bad_input("image-folder: cannot list " + root + ": " + error.code().message());
  }
  if (images.empty()) {
    throw bad_input("image-folder: " + root + " has no image file in any subfolder; expected " +
                    root + "/CLASS/*.jpg (or png, bmp, ppm, pgm, webp, tif)");
  }
  return std::make_unique<ImageFileDataset>(spec, std::move(images), context.image_reader());
}

}  // namespace

DatasetFactory image_folder_dataset() {
  DatasetDescription description;
  description.name = "image-folder";
  description.summary = "image files in one subfolder a class; classes are numbered by name";
  description.reads_image_files = true;
  description.options = {
      path_option("root", "the folder that holds the class folders", /*required=*/true)};
  return {description, open};
}

}  // namespace splitbench
