#include "core/meter.h"

namespace splitbench {

const char* meter_quantity_name(MeterQuantity quantity) {
  return quantity == MeterQuantity::kPower ? "power" : "energy";
}

const char* meter_unit(MeterQuantity quantity) {
  return quantity == MeterQuantity::kPower ? "W" : "J";
}

}  // namespace splitbench
