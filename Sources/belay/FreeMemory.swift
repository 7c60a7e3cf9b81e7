// SPDX-License-Identifier: Apache-2.0
import CMalloc

/// What memory is free goes back to the system.
enum FreeMemory {
  /// As glibc adapts itself, freeing a great body once makes bodies of up to 32 MiB parts of its heaps from then on, each of which is
  /// trimmed beyond 64 MiB only (mallopt(3), M_MMAP_THRESHOLD): after a burst the process would stay as large as it was. To be called
  /// at the start.
  static func handBack() { belay_hand_back_memory(1 << 20, 4 << 20) }
}
