// Code for vector instructions beyond those that every processor of a platform has, chosen at run
// time: a build for x86-64 may use SSE2 only, although most processors have AVX2.
//
// A function marked SPLITBENCH_AVX2 is compiled for AVX2, with all that it calls that is marked
// SPLITBENCH_INLINE; it may be called where has_avx2(). The results are the same: AVX2 does not
// fuse multiplications and additions.
//
// A function marked SPLITBENCH_SIMD_CLONES is compiled twice by the compiler itself, and the choice
// made when the program starts: enough where plain loops or single vectors do. Not for templates;
// nor under sanitizers, which start later than the choice.
#pragma once

#define SPLITBENCH_INLINE inline __attribute__((always_inline))

#if defined(__x86_64__) && defined(__GNUC__)
#define SPLITBENCH_MAY_HAVE_AVX2 1
#define SPLITBENCH_AVX2 __attribute__((target("avx2")))
#else
#define SPLITBENCH_MAY_HAVE_AVX2 0
#define SPLITBENCH_AVX2
#endif

#if SPLITBENCH_MAY_HAVE_AVX2 && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define SPLITBENCH_SIMD_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define SPLITBENCH_SIMD_CLONES
#endif

namespace splitbench {

inline bool has_avx2() {
#if SPLITBENCH_MAY_HAVE_AVX2
  return __builtin_cpu_supports("avx2") != 0;
#else
  return false;
#endif
}

}  // namespace splitbench
