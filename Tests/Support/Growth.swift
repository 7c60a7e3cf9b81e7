// SPDX-License-Identifier: Apache-2.0

/// Whether a task takes far less than 64 times as long with eight times as much to do: its time grows with the size, not with the
/// square. The best of five at most: what else the machine does leaves its traces in caches too.
///
/// - Parameters:
///   - size: at which it takes some milliseconds.
///   - prepare: what is not measured.
package func growsLinearly<Input>(_ size: Int, prepare: (Int) throws -> Input, _ task: (Input) throws -> Void) rethrows -> Bool {
  let inputs = [try prepare(size), try prepare(8 * size)]
  var best = [Duration.seconds(3600), .seconds(3600)]
  for _ in 0..<5 {
    for index in inputs.indices { best[index] = min(best[index], try cpuTime { try task(inputs[index]) }) }
    if best[1] < best[0] * 24 { return true }
  }
  return false
}
