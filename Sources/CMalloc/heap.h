// SPDX-License-Identifier: Apache-2.0
// Swift's Glibc module leaves malloc.h out, and another C library has no such options.
#pragma once
#ifdef __linux__
#include <malloc.h>
#endif

static inline void belay_hand_back_memory(int map_threshold, int trim_threshold) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, map_threshold);
  mallopt(M_TRIM_THRESHOLD, trim_threshold);
#else
  (void)map_threshold;
  (void)trim_threshold;
#endif
}
