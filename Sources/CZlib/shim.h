// SPDX-License-Identifier: Apache-2.0
// zlib, to read gzip. `inflateInit2` is a macro, which Swift does not see.
#pragma once
#include <zlib.h>
static inline int belay_inflate_init(z_stream *stream, int window_bits) { return inflateInit2(stream, window_bits); }
