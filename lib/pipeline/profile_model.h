// Measures a model on this device: layers, heads, tails, and the whole.
#pragma once

#include <string>
#include <vector>

#include "base/event_sink.h"
#include "codec/registry.h"
#include "core/meter.h"
#include "core/profile.h"
#include "io/trace_file.h"
#include "measure/load_windows.h"
#include "measure/sampler.h"
#include "measure/sustained.h"
#include "measure/thermals.h"
#include "pipeline/model_session.h"

namespace splitbench {

struct ProfileSettings {
  std::string split = "all";
  int batch = 1;
  // Learned codecs whose networks are timed too, opened (pipeline/open_bottlenecks.h). Only with a
  // batch of 1: a device encodes one input at a time.
  std::vector<ConfiguredCodec> codecs;
  MeasureSettings measure;
  LoadSettings load;       // of energy
  Meter* meter = nullptr;  // must outlive the call; without one energy is unset
  std::string no_meter = "no energy meter was asked for (--energy)";  // the reason then
  ThermalProbe thermals;        // asked each second while segments are timed; may be empty
  SustainedSettings sustained;  // a run of the whole network at the end, unless max_s is 0
};

struct ProfileResult {
  Profile profile;
  std::size_t fewest_samples = 0;
  bool warm_up_stable = true;
  std::string missing_energy;  // why some head, tail or the whole has none; empty when all have
};

// Heads, tails, the whole network and one instrumented pass over its layers are timed in random
// interleaved order. The head of device-only and the tail of server-only are the whole network and
// share its samples; the head of server-only and the tail of device-only are nothing and take 0 s.
// Their energy is that of nothing: 0 J. With a meter, the whole and all heads and tails then run
// once more, each for as long as the meter needs; layers are too short for any meter and have no
// energy. `session.model` must have been opened.
ProfileResult profile_model(ModelSession& session, const ProfileSettings& settings,
                            EventSink& events);

// The median layers end to end, and every split as its head and tail.
std::vector<TraceSpan> profile_trace(const Profile& profile);

}  // namespace splitbench
