// How a codec describes its options: what core/option_makers.h offers to everybody.
#pragma once

#include "core/codec.h"
#include "core/option_makers.h"
