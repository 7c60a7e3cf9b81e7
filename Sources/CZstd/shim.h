// SPDX-License-Identifier: Apache-2.0
// Zstandard: what bodies in the store are compressed with.
#pragma once
#include <zstd.h>
