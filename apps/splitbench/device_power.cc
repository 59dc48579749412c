#include "device_power.h"

#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"
#include "io/device_file.h"
#include "io/profile_library.h"

namespace splitbench {

DeviceProfile find_device(const std::string& device, const std::vector<std::string>& folders) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(device, ignored)) return read_device_file(device);
  if (const auto path = find_named("devices", device, folders)) return read_device_file(*path);
  throw bad_input("no device '" + device + "': neither a file nor a name in profiles/devices" +
                  suggestion(device, list_named("devices", folders)));
}

std::function<PowerFigures(const std::string& device)> device_power_reader(
    std::vector<std::string> profile_folders) {
  return [folders = std::move(profile_folders)](const std::string& name) {
    return power_figures(find_device(name, folders));
  };
}

}  // namespace splitbench
