// SPDX-License-Identifier: Apache-2.0
import Gateway
import NIOCore
import Testing
import Upstream

@Test("of a long answer a beginning is kept, without a gap")
func longAnswer() {
  var answer = RecordedAnswer(UpstreamHead(status: 200, version: .http1_1, headers: UpstreamHeaders(lines: [])))
  let most = 8 << 20
  answer.append(ByteBuffer(repeating: 0x61, count: most - 10))
  answer.append(ByteBuffer(repeating: 0x62, count: 11))
  answer.append(ByteBuffer(repeating: 0x63, count: 5))
  #expect(answer.body.count == most - 10 && answer.body.last == 0x61 && answer.omitted == 16)
}
