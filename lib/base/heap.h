// How the process treats memory that was freed.
#pragma once

namespace splitbench {

// From now on, blocks of any size stay with the process when they are freed, for the next of about
// that size, and are not given back to the system, which would clear their pages anew each time.
// For work that repeats the same large allocations; memory does not shrink before the end of the
// process. Does nothing where the C library is not glibc. Thread-safe.
void keep_freed_memory();

}  // namespace splitbench
