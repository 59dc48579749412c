// Profiles as documents of kind splitbench.profile; see io/document.h for the errors of reading.
#pragma once

#include <string>

#include "core/profile.h"
#include "core/run_record.h"

namespace splitbench {

// Throws Error{kRuntime} naming the JSON path when a number is not finite.
std::string profile_document(const Profile& profile, const RunRecord& run);

// `host` comes from the run record.
Profile read_profile(const std::string& path);

}  // namespace splitbench
