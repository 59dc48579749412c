// What must hold of a bottleneck before anything is done with it, be it written or read.
//
// Pure function; thread-safe.
#pragma once

#include "core/bottleneck.h"

namespace splitbench {

// Throws Error{kBadInput}, "bottleneck file: ...", at the first value that does not fit the others:
// names, shapes, tables that do not add up, parts that are missing. Does not look into the
// networks.
void require_sound(const Bottleneck& bottleneck);

// The channels of a latent: its second dimension. Requires a sound bottleneck's latent.
std::size_t latent_channels(const TensorSpec& latent);

// Throws Error{kBadInput} unless the coder can code latents like `latent`.
void require_sound_coder(const LatentCoder& coder, const TensorSpec& latent);

}  // namespace splitbench
