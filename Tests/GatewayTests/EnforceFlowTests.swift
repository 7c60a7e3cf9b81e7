// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import Gateway
import JSON
import NIOCore
import Simulator
import Testing

/// What `enforce` costs and saves, over sockets.
@Suite(.timeLimit(.minutes(2))) struct EnforceFlowTests {
  private static let tools: JSONValue = [
    [
      "type": "function",
      "function": [
        "name": "write",
        "parameters": [
          "type": "object", "properties": ["path": ["type": "string"], "text": ["type": "string"]],
          "required": ["path"], "additionalProperties": false,
        ],
      ],
    ]
  ]

  private static func question(_ model: String = "kimi-k2") -> JSONValue {
    [
      "model": JSONValue(model), "stream": true, "messages": [["role": "user", "content": "write it"]], "tools": Self.tools,
    ]
  }

  /// A vendor whose recorded call has a long text behind the property that makes it invalid.
  private static func recordings() throws -> Recordings {
    let arguments = #"{"path":"a.txt","mode":7,"text":"\#(String(repeating: "and so on, ", count: 1_000))"}"#
    let line: JSONValue = [
      "data_index": 1, "request": Self.question(),
      "response": [
        "choices": [
          [
            "index": 0, "finish_reason": "tool_calls",
            "message": [
              "role": "assistant", "content": nil,
              "tool_calls": [
                [
                  "id": "functions.write:0", "type": "function",
                  "function": ["name": "write", "arguments": JSONValue(arguments)],
                ]
              ],
            ],
          ]
        ]
      ],
      "status": "success",
    ]
    return try Recordings(JSONWriter.bytes(of: line))
  }

  @Test("a call that has died stops its vendor: less than 5 % of the answer is still sent")
  func earlyAbort() async throws {
    let body = JSONWriter.bytes(of: Self.question())
    let hasty = try await SimulatorServer.start(recordings: Self.recordings())
    _ = try await RawConnection.with(port: hasty.port) { reader, writer in
      try await writer.write(request(body: body))
      return try await reader.response()
    }
    let whole = try #require(await hasty.journal.received { $0.first?.ending != nil }.first).bytesSent
    await hasty.stop()

    var options = SimulatorOptions()
    options.pace = .milliseconds(1)
    let vendor = try await SimulatorServer.start(options, recordings: Self.recordings())
    try await RunningProxy.with(vendor: vendor, adjust: asEnforced) { proxy in
      let response = try await RawConnection.with(port: proxy.port) { reader, writer in
        try await writer.write(request(body: body))
        return try await reader.response()
      }
      #expect(response.status == 502)
    }
    // The second property, some thirty bytes into the arguments, is the one that kills the call: the head and a dozen events.
    let received = await vendor.journal.received { $0.count >= 2 && $0.prefix(2).allSatisfy { $0.ending != nil } }
    #expect(received.count == 2)
    for attempt in received {
      #expect(attempt.ending == .clientClosed)
      let death = whole * 30 / 11_050 + 2_000
      #expect(attempt.bytesSent - death < whole / 20, "\(attempt.bytesSent) of \(whole) bytes")
    }
    await vendor.stop()
  }

  private let asEnforced: @Sendable (inout BelayConfiguration) -> Void = {
    $0.settings.mode = .enforce
    $0.settings.enforce.ladder = [.resend]
  }

  @Test("a valid call reaches the client within a millisecond of the vendor's last byte, at the median")
  func holdDelay() async throws {
    let vendor = try await FixtureVendor.start()
    let name = "call.missing_id.near.sse"
    let sent = JSONWriter.bytes(
      of: .object(try #require(JSONValue(parsing: FixtureVendor.bytes("request.json")).object)))
    var delays: [String: Duration] = [:]
    for mode in [Mode.observe, .enforce] {
      let entry = Vendor(name: "v", baseURL: vendor.baseURL)
      delays[mode.rawValue] = try await RunningProxy.with(vendors: [entry], adjust: { $0.settings.mode = mode }) { proxy in
        try await RawConnection.with(port: proxy.port) { reader, writer in
          var delays: [Duration] = []
          for _ in 0..<300 {
            try await writer.write(request(headers: ["x-fixture: \(name)"], body: sent))
            let response = try await reader.response()
            delays.append(ContinuousClock.now - vendor.lastWrite)
            #expect(response.text.contains("tool_calls") && response.status == 200)
          }
          return delays.sorted()[delays.count / 2]
        }
      }
    }
    await vendor.stop()
    print("from the vendor's last byte to the client's, median of 300: \(delays)")
    #expect(try #require(delays["enforce"]) < .milliseconds(1), "\(delays)")
  }
}
