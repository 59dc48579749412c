// From the files that learned codecs name to codecs with networks, fit for one model.
#pragma once

#include <string>
#include <vector>

#include "codec/bottleneck/learned_codec.h"
#include "pipeline/model_session.h"
#include "pipeline/run_recorder.h"

namespace splitbench {

// `codecs` with their learned ones opened; one that names a folder becomes one codec for each
// bottleneck of its method there, in the order of their names. The files go into the record when
// there is one. Throws Error{kBadInput} that begins with the file: none there, damaged, of a newer
// version, of another method or model (by the SHA-256 of its file), for a split that `session` does
// not offer or tensors of other shapes, or with networks that do not make what the file says.
std::vector<ConfiguredCodec> open_bottlenecks(ModelSession& session, const std::string& device,
                                              const std::vector<ConfiguredCodec>& codecs,
                                              RunRecorder* recorder);

}  // namespace splitbench
