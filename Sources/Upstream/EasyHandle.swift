// SPDX-License-Identifier: Apache-2.0
import CCurl
import NIOCore

/// libcurl's easy handle: one transfer at a time. It is used again for the next where libcurl allows that; what is the same for
/// all requests is set once, and everything else for each request, so nothing of the last one is left.
@safe struct EasyHandle: ~Copyable {
  enum Direction { case send, receive }

  private(set) var raw: UnsafeMutableRawPointer
  private let errorText = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private let options: UpstreamOptions
  private let reactor: Reactor
  /// Whether the proxy of the environment is passed over.
  private var isDirect = false
  private var headers = HeaderList()
  /// Keeps the memory that POSTFIELDS points to.
  private var bodyStorage: Unmanaged<AnyObject>?

  init(_ options: UpstreamOptions, reactor: Reactor) throws(UpstreamError) {
    (self.options, self.reactor) = (options, reactor)
    unsafe errorText.initialize(repeating: 0)
    unsafe raw = try EasyHandle.new()
    setUp()
  }

  /// Takes a handle that has seen nothing. Connections and TLS sessions are kept elsewhere.
  mutating func renew() throws(UpstreamError) {
    let fresh = try unsafe EasyHandle.new()
    unsafe curl_easy_cleanup(raw)
    unsafe raw = fresh
    isDirect = false
    setUp()
  }

  private static func new() throws(UpstreamError) -> UnsafeMutableRawPointer {
    guard let raw = unsafe curl_easy_init() else {
      throw UpstreamError(.internal, "out of memory for a libcurl handle")
    }
    return unsafe raw
  }

  private func setUp() {
    unsafe belay_easy_set_pointer(raw, CURLOPT_ERRORBUFFER, errorText.baseAddress)
    unsafe belay_easy_set_pointer(raw, CURLOPT_SHARE, reactor.sessions.raw)
    unsafe belay_easy_set_long(raw, CURLOPT_NOSIGNAL, 1)
    unsafe belay_easy_set_string(raw, CURLOPT_PROTOCOLS_STR, "http,https")
    unsafe belay_easy_set_long(raw, CURLOPT_PATH_AS_IS, 1)
    unsafe belay_easy_set_long(raw, CURLOPT_FOLLOWLOCATION, 0)
    unsafe belay_easy_set_long(raw, CURLOPT_HTTP_CONTENT_DECODING, 0)
    // What a vendor may see a proxy on the way to it must not: keys are not sent with CONNECT.
    unsafe belay_easy_set_long(raw, CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
    unsafe belay_easy_set_long(raw, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    unsafe belay_easy_set_long(raw, CURLOPT_TCP_NODELAY, 1)
    // A vendor that thinks for minutes must not be lost by a NAT on the way.
    unsafe belay_easy_set_long(raw, CURLOPT_TCP_KEEPALIVE, 1)
    unsafe belay_easy_set_long(raw, CURLOPT_MAXAGE_CONN, options.idleConnectionSeconds)
    // A cancelled call must not wait for the name server: the resolver's thread is let go instead of joined.
    unsafe belay_easy_set_long(raw, CURLOPT_QUICK_EXIT, 1)
    if let file = options.certificateAuthorities { unsafe belay_easy_set_string(raw, CURLOPT_CAINFO, file) }
    let context = unsafe Unmanaged.passUnretained(reactor).toOpaque()
    unsafe belay_easy_set_pointer(raw, CURLOPT_OPENSOCKETDATA, context)
    unsafe belay_easy_set_open_callback(raw, onOpenSocket)
    unsafe belay_easy_set_pointer(raw, CURLOPT_CLOSESOCKETDATA, context)
    unsafe belay_easy_set_close_callback(raw, onCloseSocket)
    // A context is OpenSSL's where libcurl is.
    if CurlLibrary.sharesOpenSSL {
      unsafe belay_easy_set_pointer(raw, CURLOPT_SSL_CTX_DATA, context)
      unsafe belay_easy_set_tls_callback(raw, onTLSContext)
    }
  }

  deinit {
    unsafe bodyStorage?.release()
    unsafe curl_easy_cleanup(raw)
    unsafe errorText.deallocate()
  }

  /// Sends callbacks to `transfer`, which must outlive the handle.
  func attach(to transfer: Transfer) {
    let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
    unsafe belay_easy_set_pointer(raw, CURLOPT_PRIVATE, context)
    unsafe belay_easy_set_pointer(raw, CURLOPT_HEADERDATA, context)
    unsafe belay_easy_set_transfer_callback(raw, CURLOPT_HEADERFUNCTION, onHeaderLine)
    unsafe belay_easy_set_pointer(raw, CURLOPT_WRITEDATA, context)
    unsafe belay_easy_set_transfer_callback(raw, CURLOPT_WRITEFUNCTION, onBody)
    unsafe belay_easy_set_pointer(raw, CURLOPT_READDATA, context)
    unsafe belay_easy_set_transfer_callback(raw, CURLOPT_READFUNCTION, onBodyWanted)
    unsafe belay_easy_set_pointer(raw, CURLOPT_PREREQDATA, context)
    unsafe belay_easy_set_request_callback(raw, onRequest)
    unsafe belay_easy_set_pointer(raw, CURLOPT_SEEKDATA, context)
    unsafe belay_easy_set_seek_callback(raw, onRewind)
  }

  mutating func prepare(_ request: UpstreamRequest) throws(UpstreamError) {
    try setURL(request.url)
    for option in [CURLOPT_FRESH_CONNECT, CURLOPT_FORBID_REUSE] { unsafe belay_easy_set_long(raw, option, 0) }
    try setHeaders(request.headers)
    try setMethod(request.method, request.body)
    limitConnecting(to: request.limits.connect.clamped)
    unsafe errorText[0] = 0
  }

  /// libcurl reads it anew whenever it looks at its clock. It shares it out among the addresses of a host: so it is no more at first.
  func limitConnecting(to time: TimeAmount) {
    unsafe belay_easy_set_long(raw, CURLOPT_CONNECTTIMEOUT_MS, Int(Int32(clamping: max(1, time.nanoseconds / 1_000_000))))
  }

  /// Lets go of the request's memory.
  mutating func release() {
    unsafe belay_easy_set_pointer(raw, CURLOPT_POSTFIELDS, nil)
    unsafe bodyStorage?.release()
    unsafe bodyStorage = nil
  }

  /// Says which directions stand still; any other goes on. It may call the body callback before it returns.
  func pause(sending: Bool, receiving: Bool) -> CURLcode {
    unsafe curl_easy_pause(raw, (sending ? CURLPAUSE_SEND : 0) | (receiving ? CURLPAUSE_RECV : 0))
  }

  /// No other request's connection, nor one that another gets: of NTLM and Negotiate a vendor takes the connection for the client's
  /// (RFC 4559, section 6).
  private func keepAlone() {
    avoidKept()
    forbidReuse()
  }

  /// It goes out on a connection that no request was on before.
  func avoidKept() { unsafe belay_easy_set_long(raw, CURLOPT_FRESH_CONNECT, 1) }

  /// The connection ends with the transfer, unless others are on it.
  func forbidReuse() { unsafe belay_easy_set_long(raw, CURLOPT_FORBID_REUSE, 1) }

  /// What libcurl says about its last failure.
  var failureText: String {
    unsafe String(decoding: errorText.lazy.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// `errno` of the last connection that failed, or 0.
  var failureNumber: Int32 { Int32(truncatingIfNeeded: number(CURLINFO_OS_ERRNO)) }

  /// The status with which a proxy answered CONNECT, or 0.
  var proxyStatus: Int { number(CURLINFO_HTTP_CONNECTCODE) }

  /// The socket of the connection that libcurl keeps of a transfer that is complete; nil where it keeps none.
  var keptSocket: Int32? {
    var socket: curl_socket_t = -1
    unsafe belay_easy_get_socket(raw, &socket)
    return socket < 0 ? nil : socket
  }

  /// Whether the transfer had to open a connection.
  var hasOpenedConnection: Bool { number(CURLINFO_NUM_CONNECTS) > 0 }

  /// Of the connection that the transfer has now: asked within a callback.
  var isConnectionExclusive: Bool { unsafe TLSConnection(raw)?.isExclusive(offeredHTTP2: options.offersHTTP2) ?? true }

  /// Whether TLS has read more of the connection than libcurl has: asked within a callback.
  var hasUnreadBytes: Bool { unsafe TLSConnection(raw)?.hasUnreadBytes ?? false }

  private func number(_ info: CURLINFO) -> Int {
    var number = 0
    unsafe belay_easy_get_long(raw, info, &number)
    return number
  }

  /// Bytes of the request body that were sent.
  var sentBytes: Int {
    var count: curl_off_t = 0
    unsafe belay_easy_get_size(raw, CURLINFO_SIZE_UPLOAD_T, &count)
    return Int(count)
  }

  private mutating func setURL(_ url: String) throws(UpstreamError) {
    let isTLS = url.hasPrefix("https://")
    let bytes = url.utf8.span
    var isClean = true
    for index in bytes.indices where bytes[index] <= 0x20 || bytes[index] == 0x7F { isClean = false }
    let host = isTLS ? 8 : 7
    // libcurl would take the host of `http:///host` to be `host`.
    guard isTLS || url.hasPrefix("http://"), isClean, bytes.count > host, bytes[host] != UInt8(ascii: "/") else {
      throw UpstreamError(
        .invalidRequest,
        "the URL must be http://host or https://host and a path, with spaces and control characters percent-encoded")
    }
    unsafe belay_easy_set_string(raw, CURLOPT_URL, url)
    if isLoopback(url: url) != isDirect {
      isDirect.toggle()
      // An empty name is no proxy, none at all leaves it to the environment (CURLOPT_PROXY(3)).
      if isDirect {
        unsafe belay_easy_set_string(raw, CURLOPT_PROXY, "")
      } else {
        unsafe belay_easy_set_string(raw, CURLOPT_PROXY, nil)
      }
    }
    let version = isTLS && options.offersHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1
    unsafe belay_easy_set_long(raw, CURLOPT_HTTP_VERSION, version)
    // Wait for the first connection to tell whether it takes more streams, rather than open one for each request.
    unsafe belay_easy_set_long(raw, CURLOPT_PIPEWAIT, isTLS && options.offersHTTP2 ? 1 : 0)
  }

  private mutating func setHeaders(_ fields: [(String, String)]) throws(UpstreamError) {
    headers.removeAll()
    var (hasAccept, hasType) = (false, false)
    for (name, value) in fields {
      switch RequestField(name) {
      case .framing: continue
      case .accept: hasAccept = true
      case .contentType: hasType = true
      case .authorization: if RequestField.isOfConnection(value) { keepAlone() }
      case .other: break
      }
      guard headers.append(name, value) else {
        throw UpstreamError(
          .invalidRequest,
          "a request header cannot be sent: names are tokens, and values have no line break and no NUL")
      }
    }
    headers.suppress("Expect")
    if !hasAccept { headers.suppress("Accept") }
    if !hasType { headers.suppress("Content-Type") }
    unsafe belay_easy_set_pointer(raw, CURLOPT_HTTPHEADER, headers.linked())
  }

  private mutating func setMethod(_ method: String, _ body: UpstreamRequest.Body) throws(UpstreamError) {
    guard !method.isEmpty, method.utf8.allSatisfy(HeaderList.isToken) else {
      throw UpstreamError(.invalidRequest, "the request method is no token")
    }
    unsafe belay_easy_set_long(raw, CURLOPT_HTTPGET, 1)
    var implied = "GET"
    switch body {
    case _ where method == "HEAD":
      unsafe belay_easy_set_long(raw, CURLOPT_NOBODY, 1)
      implied = "HEAD"
    case .none where ["POST", "PUT", "PATCH"].contains(method):
      // These say that there is nothing (RFC 9110, section 8.6).
      setBody(ByteBuffer())
      implied = "POST"
    case .none: break
    case .bytes(let bytes):
      setBody(bytes)
      implied = "POST"
    case .stream(let length):
      unsafe belay_easy_set_long(raw, CURLOPT_UPLOAD, 1)
      unsafe belay_easy_set_size(raw, CURLOPT_INFILESIZE_LARGE, curl_off_t(length ?? -1))
      implied = "PUT"
    }
    if method == implied {
      unsafe belay_easy_set_string(raw, CURLOPT_CUSTOMREQUEST, nil)
    } else {
      unsafe belay_easy_set_string(raw, CURLOPT_CUSTOMREQUEST, method)
    }
  }

  /// Points libcurl to the buffer's own storage, which is retained until `release`.
  private mutating func setBody(_ bytes: ByteBuffer) {
    unsafe bytes.withUnsafeReadableBytesWithStorageManagement { bytes, storage in
      unsafe bodyStorage?.release()
      unsafe bodyStorage = storage.retain()
      unsafe belay_easy_set_size(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count))
      unsafe belay_easy_set_pointer(raw, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }
  }
}
