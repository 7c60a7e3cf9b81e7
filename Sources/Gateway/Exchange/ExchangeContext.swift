// SPDX-License-Identifier: Apache-2.0
package import Configuration
package import Inspection
import NIOCore
import Store
package import Synchronization
package import Upstream

extension Exchange {
  /// What every exchange shares: made once from the configuration, replaced whole when it is reloaded.
  package final class Context: Sendable {
    package let router: Router
    let gate: ClientGate?
    let pages: PageGuard
    /// Vendors' keys, those of other configurations too: a vendor may say one that has come since.
    var secrets: WireSecrets { lasting.secrets }
    /// Which of a client's headers hold keys.
    let redaction: Redaction
    package let configuration: BelayConfiguration
    package let upstreamLimits: UpstreamLimits
    /// Whether requests are handed on to be shadowed.
    private let isShadowed: Bool
    /// Who is asked then; nil for nobody, as answers are recorded ones.
    private let reference: Vendor?
    let mark: ReferenceMark
    /// What outlives a reload.
    package let lasting: Lasting

    package init(_ configuration: BelayConfiguration, lasting: Lasting = Lasting()) {
      let limits = configuration.limits
      self.configuration = configuration
      self.lasting = lasting
      (isShadowed, reference) = (configuration.isShadowed, configuration.shadowReference.vendor)
      mark = ReferenceMark(configuration.shadowReference)
      router = Router(vendors: configuration.vendors, defaultVendor: configuration.defaultVendor)
      gate = ClientGate(configuration.clients)
      redaction = Redaction(headers: configuration.recording?.redactedHeaders ?? [])
      pages = PageGuard(configuration)
      lasting.remember(configuration.wireSecrets)
      upstreamLimits = UpstreamLimits(connect: limits.connect, firstByte: limits.firstByte, idle: limits.idle)
    }

    /// Whether an inspected request may also go to the reference: neither its client nor who said what that may use objects. Nil where
    /// none does.
    func shadowing(_ head: RequestHead, by client: Client?) -> ShadowInput? {
      guard isShadowed else { return nil }
      let mayAsk = reference.map { client?.mayUse($0) ?? true } ?? true
      return head.isShadowOff || !mayAsk ? .optedOut : .unsent
    }

    /// A request's own keys, which no record may have anywhere.
    func keys(of head: RequestHead) -> [String] { redaction.secrets(headers: head.headers, target: head.target) }

    /// Whether bodies are recorded.
    var keepsBodies: Bool { configuration.recording.map { $0.bodies != .none } ?? false }

    /// The longest request body that is collected for inspection, in bytes.
    var requestBytes: Int { configuration.limits.requestBytes }
    var breakers: Breakers { lasting.breakers }

    func policy(vendor: Vendor, model: String) -> Policy { configuration.policy(vendor: vendor, model: model) }

    /// Where an exchange may go on when `vendor` cannot serve it, in order: where its client may go; those that are out of the
    /// rotation come last.
    func failover(from vendor: Vendor, _ policy: Policy, model: String, for client: Client? = nil) -> [Ladder.Place] {
      lasting.rotation.ordered(policy.enforce.failover, model).compactMap { name in
        guard name != vendor.name, let other = configuration.vendor(named: name), client?.mayUse(other) ?? true else { return nil }
        return place(at: other, model: other.models[model] ?? model)
      }
    }

    /// Who serves an exchange from its beginning, as its vendor is out of the rotation: the first of `others`, unless that is out
    /// too, or the client named the vendor.
    func standIn(for source: RetrySource, _ policy: Policy, model: String, among others: [Ladder.Place]) -> Ladder.Place? {
      guard policy.mode == .enforce, !source.route.isNamed, let other = others.first else { return nil }
      let isOut = lasting.rotation.isOut(source.route.vendor.name, model) {
        let bytes = source.body.readableBytesUInt8Span
        return (try? ChatRequest(reading: bytes))?.conversationHash(in: bytes) ?? 0
      }
      return isOut && !lasting.rotation.contains(other.vendor.name, model) ? other : nil
    }

    func place(at vendor: Vendor, model: String) -> Ladder.Place {
      Ladder.Place(vendor: vendor, model: model, profile: policy(vendor: vendor, model: model).profile)
    }
  }

  /// State that exchanges of all event loops share, and that a reload leaves alone.
  package final class Lasting: Sendable {
    package let schemas = SchemaCaches()
    package let breakers = Breakers()
    package let rotation = Rotation()
    package let reasoning = Mutex(ReasoningCache())
    /// By client.
    let buckets = Mutex<[String: TokenBucket]>([:])
    let hasher = Hasher()
    /// Request bodies of exchanges that have not ended.
    let bodies = Mutex(BodyBudget())
    /// What is held back of vendors' answers.
    let answers = Mutex(BodyBudget())
    /// Clients' connections.
    let connections = Atomic(0)
    /// The same, with those that have ended.
    let accepted = Atomic(0)

    /// Vendors' keys of all configurations so far, the newest first.
    private let remembered = Mutex<(keys: [String], search: WireSecrets)>(([], WireSecrets([])))
    /// Those of earlier ones are forgotten from here.
    private static let mostSecrets = 1000

    package init() {}

    /// A key is still one when it is no longer used: vendors repeat what they were sent, and some keep it for long.
    ///
    /// - Returns: all that are remembered.
    @discardableResult
    package func remember(_ current: [String]) -> [String] {
      remembered.withLock { all in
        let earlier = all.keys.filter { old in !current.contains { $0.utf8.elementsEqual(old.utf8) } }
        let keys = current + earlier.prefix(max(0, Self.mostSecrets - current.count))
        all = (keys, WireSecrets(keys))
        return keys
      }
    }

    var secrets: WireSecrets { remembered.withLock { $0.search } }
  }

  /// State of one event loop that its exchanges share; touched on no other thread.
  package final class Memory {
    package var tools: ToolSetCache
    var requests: RecentRequests
    /// Readers that no exchange is using, kept for the memory that they have.
    private var decoders: [ChunkDecoder] = []
    private static let spares = 64
    /// Of requests, in bytes, for all loops together: the late turns of about a hundred agents.
    private static let recentBytes = 64 << 20

    package init(_ lasting: Lasting, loops: Int = 1) {
      tools = ToolSetCache(schemas: lasting.schemas)
      requests = RecentRequests(capacity: Self.recentBytes / max(loops, 1))
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
    /// The client said `x-belay-shadow: off`, or anything but `on`: what is not understood must not send a conversation elsewhere.
    package var isShadowOff = false

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
          vendorName = String(field.value[...].trimmingSpaces())
        case 14 where field.name.equalsIgnoringASCIICase("x-belay-shadow"):
          isShadowOff = isShadowOff || !String(field.value[...].trimmingSpaces()).equalsIgnoringASCIICase("on")
        case 17 where field.name.equalsIgnoringASCIICase("transfer-encoding"):
          hasBody = true
        default:
          break
        }
      }
    }

    /// The target without its query, nor what stands before its path: both may carry secrets and are not recorded.
    package var path: String {
      let origin = Router.originForm(target)
      return String(origin.utf8.firstIndex(of: UInt8(ascii: "?")).map { origin[..<$0] } ?? origin)
    }
  }

  /// The head of the answer to the client, before framing.
  package struct AnswerHead: Sendable {
    package var status: Int
    package var fields: ForwardedHeaders.AnswerFields
    package var exchangeID: String
  }
}
