// A libnvidia-ml for tests: $FAKE_NVML says what kind of GPU it has.
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

std::string kind() {
  const char* text = std::getenv("FAKE_NVML");
  return text == nullptr ? "" : text;
}

int reads = 0;

}  // namespace

extern "C" {

int nvmlInit_v2() { return kind() == "no-driver" ? 9 : 0; }

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  static int gpu;
  *device = &gpu;
  return index == 0 ? 0 : 2;
}

int nvmlDeviceGetName(void*, char* name, unsigned) {
  std::strcpy(name, "Fake GPU");
  return 0;
}

// 5 J more at each call.
int nvmlDeviceGetTotalEnergyConsumption(void*, unsigned long long* millijoules) {
  if (kind() != "energy") return 3;
  ++reads;
  *millijoules = 100000 + 5000ULL * static_cast<unsigned long long>(reads);
  return 0;
}

int nvmlDeviceGetPowerUsage(void*, unsigned* milliwatts) {
  if (kind() == "jetson") return 3;
  *milliwatts = 71500;
  return 0;
}

const char* nvmlErrorString(int result) {
  return result == 9 ? "Driver Not Loaded" : "Invalid Argument";
}
}
