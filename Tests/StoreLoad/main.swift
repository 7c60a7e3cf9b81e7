// SPDX-License-Identifier: Apache-2.0
import Foundation
import Store

// Writes exchanges until it is killed, and says which it has offered: for tests that kill it, or read beside it.
//
//     store-load PATH COUNT|forever [EXCHANGES-A-SECOND]
//
// Prints `ID MILLISECONDS` for each exchange after it was offered; `done` after COUNT of them are flushed.
let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
  print("usage: store-load PATH COUNT|forever [EXCHANGES-A-SECOND]")
  exit(2)
}
let count = Int(arguments[2]) ?? Int.max
let perTick = max(1, (arguments.count > 3 ? Int(arguments[3]) ?? 1000 : 1000) / 100)
let writer = StoreWriter(StoreOptions(path: arguments[1]))

var made = 0
var random = SystemRandomNumberGenerator()
while made < count {
  let now = WallClock.milliseconds()
  var batch: [StoredExchange] = []
  for _ in 0..<min(perTick, count - made) {
    batch.append(SampleExchange.make(number: made, milliseconds: now, random: &random))
    made += 1
  }
  writer.offer(batch)
  let lines = batch.map { "\($0.id) \(now)\n" }.joined()
  FileHandle.standardOutput.write(Data(lines.utf8))
  try await Task.sleep(for: .milliseconds(10))
}
await writer.flush()
await writer.close()
print("done")
