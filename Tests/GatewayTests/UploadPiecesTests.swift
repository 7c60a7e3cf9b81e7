// SPDX-License-Identifier: Apache-2.0
import Gateway
import NIOCore
import Testing

struct UploadPiecesTests {
  /// What is handed over of a body that is read in pieces of these sizes, with what is left at its end.
  private func handedOver(_ sizes: [Int]) -> [Int] {
    var pieces = UploadPieces()
    var handedOver: [ByteBuffer] = []
    var body: [UInt8] = []
    for size in sizes {
      let piece = (0..<size).map { UInt8(truncatingIfNeeded: body.count + $0) }
      body += piece
      if let whole = pieces.add(ByteBuffer(bytes: piece)) { handedOver.append(whole) }
    }
    if let rest = pieces.take() { handedOver.append(rest) }
    #expect(handedOver.flatMap { Array($0.readableBytesView) } == body && pieces.take() == nil)
    return handedOver.map(\.readableBytes)
  }

  @Test("an upload in chunks of a byte is handed over in steps, and what is left at the end")
  func tinyChunks() {
    let step = UploadPieces.step
    #expect(handedOver(Array(repeating: 1, count: 50_000)) == [step, step, step, 50_000 - 3 * step])
  }

  @Test(
    "a large piece goes at once; a small one takes with it what comes next",
    arguments: [
      ([100_000, 16 << 10, 5], [100_000, 16 << 10, 5]), ([5, 100_000], [100_005]), ([16383, 1, 1], [16384, 1]),
      ([0, 0, 3, 0], [3]), ([], []),
    ])
  func sizes(read: [Int], handed: [Int]) { #expect(handedOver(read) == handed) }
}
