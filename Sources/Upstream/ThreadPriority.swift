// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

package enum ThreadPriority {
  /// Lets the calling thread stand back where others want the processor, as `nice` does with a process.
  ///
  /// On Linux each thread has a niceness of its own (setpriority(2), "C library/kernel differences"). Elsewhere the call would
  /// be about the whole process, so nothing is done there.
  package static func standBack(niceness: Int32) {
    #if canImport(Glibc)
    _ = setpriority(numericCast(PRIO_PROCESS.rawValue), 0, niceness)
    #endif
  }
}
