// SPDX-License-Identifier: Apache-2.0
package import Configuration
package import Inspection
package import Synchronization
package import Upstream

extension Exchange {
  /// What every exchange shares: made once from the configuration, replaced whole when it is reloaded.
  package final class Context: Sendable {
    package let router: Router
    package let configuration: BelayConfiguration
    package let upstreamLimits: UpstreamLimits
    /// What outlives a reload.
    package let lasting: Lasting

    package init(_ configuration: BelayConfiguration, lasting: Lasting = Lasting()) {
      let limits = configuration.limits
      self.configuration = configuration
      self.lasting = lasting
      router = Router(vendors: configuration.vendors, defaultVendor: configuration.defaultVendor)
      upstreamLimits = UpstreamLimits(connect: limits.connect, firstByte: limits.firstByte, idle: limits.idle)
    }

    /// Whether bodies are recorded.
    var keepsBodies: Bool { configuration.recording.map { $0.bodies != .none } ?? false }

    /// The longest request body that is collected for inspection, in bytes.
    var requestBytes: Int { configuration.limits.requestBytes }
    var breakers: Breakers { lasting.breakers }

    func policy(vendor: Vendor, model: String) -> Policy { configuration.policy(vendor: vendor, model: model) }

    /// Where an exchange may go on when `vendor` cannot serve it, in order.
    func failover(from vendor: Vendor, _ policy: Policy, model: String) -> [Ladder.Place] {
      policy.enforce.failover.compactMap { name in
        guard name != vendor.name, let other = configuration.vendor(named: name) else { return nil }
        return place(at: other, model: other.models[model] ?? model)
      }
    }

    func place(at vendor: Vendor, model: String) -> Ladder.Place {
      Ladder.Place(vendor: vendor, model: model, profile: policy(vendor: vendor, model: model).profile)
    }

    /// Whose conversation it is, for what is remembered of it: a hash of the credential, good for this process only.
    func owner(_ headers: [ForwardedHeaders.Field]) -> UInt64 {
      var hasher = lasting.hasher
      for field in headers where ForwardedHeaders.kind(of: field.name) == .credential { hasher.combine(field.value) }
      return UInt64(bitPattern: Int64(hasher.finalize()))
    }
  }

  /// State that exchanges of all event loops share, and that a reload leaves alone.
  package final class Lasting: Sendable {
    package let schemas = SchemaCaches()
    package let breakers = Breakers()
    package let reasoning = Mutex(ReasoningCache())
    let hasher = Hasher()

    package init() {}
  }

  /// State of one event loop that its exchanges share; touched on no other thread.
  package final class Memory {
    package var tools: ToolSetCache
    /// Readers that no exchange is using, kept for the memory that they have.
    private var requests: [ChatRequest] = []
    private var decoders: [ChunkDecoder] = []
    private static let spares = 64

    package init(_ lasting: Lasting) { tools = ToolSetCache(schemas: lasting.schemas) }

    func takeRequest() -> ChatRequest { requests.popLast() ?? ChatRequest() }

    func giveBack(_ request: consuming ChatRequest) {
      if requests.count < 4, !request.isLarge { requests.append(request) }
    }

    func takeDecoder() -> ChunkDecoder { decoders.popLast() ?? ChunkDecoder() }

    func giveBack(_ decoder: consuming ChunkDecoder) {
      if decoders.count < Self.spares { decoders.append(decoder) }
    }
  }

  /// The head of a client's request, as the exchange needs it.
  package struct RequestHead: Sendable {
    package var method: String
    /// The request target as sent: path and query.
    package var target: String
    package var headers: [ForwardedHeaders.Field]
    package var contentLength: Int?
    package var hasBody: Bool
    /// The value of `x-belay-vendor`.
    package var vendorName: String?

    package init(method: String, target: String, headers: [ForwardedHeaders.Field]) {
      self.method = method
      self.target = target
      self.headers = headers
      self.hasBody = false
      for field in headers {
        switch field.name.utf8.count {
        case 14 where field.name.equalsIgnoringASCIICase("content-length"):
          contentLength = Int(field.value)
          hasBody = true
        case 14 where field.name.equalsIgnoringASCIICase("x-belay-vendor"):
          vendorName = field.value
        case 17 where field.name.equalsIgnoringASCIICase("transfer-encoding"):
          hasBody = true
        default:
          break
        }
      }
    }

    /// The target without its query: queries may carry secrets and are not recorded.
    package var path: String {
      target.utf8.firstIndex(of: UInt8(ascii: "?")).map { String(target[..<$0]) } ?? target
    }
  }

  /// The head of the answer to the client, before framing.
  package struct AnswerHead: Sendable {
    package var status: Int
    package var fields: ForwardedHeaders.AnswerFields
    package var exchangeID: String
  }
}
