#include "codec/klt/log_scale.h"

#include <cmath>

namespace splitbench::klt {

double exp2_sixteenths(int sixteenths) {
  // 2^(i / 16).
  static constexpr double kRoots[kSixteenths] = {1.0,
                                                 1.0442737824274138,
                                                 1.0905077326652577,
                                                 1.1387886347566916,
                                                 1.189207115002721,
                                                 1.2418578120734840,
                                                 1.2968395546510096,
                                                 1.3542555469368927,
                                                 1.4142135623730951,
                                                 1.4768261459394993,
                                                 1.5422108254079407,
                                                 1.6104903319492543,
                                                 1.681792830507429,
                                                 1.7562521603732995,
                                                 1.8340080864093424,
                                                 1.9152065613971474};
  int octave = sixteenths / kSixteenths;
  if (sixteenths % kSixteenths < 0) --octave;
  return std::ldexp(kRoots[sixteenths - kSixteenths * octave], octave);
}

}  // namespace splitbench::klt
