// SPDX-License-Identifier: Apache-2.0
import CCurl
import NIOCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How libcurl ended a transfer, and what that means to a person.
/// https://curl.se/libcurl/c/libcurl-errors.html
struct TransferFailure {
  let code: CURLcode
  /// Of the socket, or 0.
  let errno: Int32
  /// The answer of a proxy to CONNECT, or 0.
  let proxyStatus: Int
  /// libcurl's own words. They may quote the vendor, never the request.
  let text: String
  let hasHead: Bool

  func error(for request: UpstreamRequest?) -> UpstreamError {
    let host = Endpoint(request?.url ?? "").description
    let number = errno == 0 ? "" : " (\(ErrorNumber.text(errno)))"
    switch code {
    case _ where proxyStatus >= 300:
      return UpstreamError(
        .proxy, "the proxy on the way to \(host) answered \(proxyStatus): check https_proxy and no_proxy")
    case CURLE_COULDNT_RESOLVE_HOST:
      return UpstreamError(.resolve, "could not find an address for \(host): is the name right, does DNS work here?")
    case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY:
      return UpstreamError(
        .proxy, "the proxy on the way to \(host) cannot be used: check https_proxy, http_proxy and no_proxy")
    case CURLE_COULDNT_CONNECT where errno == EMFILE || errno == ENFILE:
      return .noDescriptor(errno)
    case CURLE_COULDNT_CONNECT:
      return UpstreamError(.connect, "could not connect to \(host)\(number): is the vendor running, is the port right?")
    case CURLE_OPERATION_TIMEDOUT:
      return .noConnection(for: request)
    case CURLE_SSL_CONNECT_ERROR where errno == ECONNRESET || errno == EPIPE:
      return UpstreamError(.connect, "\(host) closed the connection in the TLS handshake\(number): does it speak TLS?")
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CIPHER, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
      return UpstreamError(
        .tls, "no trusted TLS session with \(host) (\(text)): is its certificate valid, its authority trusted here?")
    case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ENGINE_INITFAILED:
      return UpstreamError(.internal, "the file of certificate authorities could not be read (\(text))")
    // libcurl takes a connection that is closed within the head for the end of the response.
    case CURLE_OK, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_SEND_FAIL_REWIND, CURLE_HTTP2,
      CURLE_HTTP2_STREAM, CURLE_PARTIAL_FILE:
      return hasHead
        ? UpstreamError(.truncated, "\(host) broke off within its response\(number): the rest is lost")
        : UpstreamError(.reset, "\(host) closed the connection before it answered\(number)")
    // The last of them is what libcurl says before 8.1.0 of an answer whose first field is folded.
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_BAD_FUNCTION_ARGUMENT:
      return UpstreamError(.protocol, "what \(host) sent is not an HTTP response: is this the right port and scheme?")
    case CURLE_URL_MALFORMAT:
      return UpstreamError(.invalidRequest, "the URL is malformed: it needs a scheme, a host, and percent-encoding")
    case CURLE_OUT_OF_MEMORY where !hasHead:
      return UpstreamError(.tooLarge, "a header line of \(host) is over libcurl's limit of 100 KiB, or memory is out")
    default:
      return UpstreamError(.internal, "libcurl: \(unsafe String(cString: curl_easy_strerror(code))) (\(host))")
    }
  }
}

extension UpstreamError {
  static func noDescriptor(_ errno: Int32) -> UpstreamError {
    UpstreamError(.internal, "no file descriptor (\(ErrorNumber.text(errno))): raise the limit with `ulimit -n`")
  }

  static func noConnection(for request: UpstreamRequest?) -> UpstreamError {
    let limit = request.map { " within \(Seconds($0.limits.connect))" } ?? ""
    return UpstreamError(
      .connectTimeout, "no connection to \(Endpoint(request?.url ?? ""))\(limit): is it reachable, or does a firewall drop packets?")
  }

  static func silence(of request: UpstreamRequest?, hasHead: Bool) -> UpstreamError {
    let host = Endpoint(request?.url ?? "").description
    guard let limits = request?.limits, !hasHead else {
      let limit = request.map { " for \(Seconds($0.limits.idle))" } ?? ""
      return UpstreamError(.idleTimeout, "\(host) went silent\(limit) within its response: raise the idle limit?")
    }
    return UpstreamError(
      .firstByteTimeout, "no response from \(host) within \(Seconds(limits.firstByte)): raise the first-byte limit?")
  }

  static let shutDown = UpstreamError(.cancelled, "the engine was shut down")
}

/// The host and port of a URL: all of it that an error may show.
struct Endpoint: CustomStringConvertible {
  let description: String

  init(_ url: String) {
    let rest = url.utf8.firstRange(of: "://".utf8).map { url[$0.upperBound...] } ?? url[...]
    let authority = rest.prefix { !["/", "?", "#"].contains($0) }
    let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
    description = host.isEmpty ? "the vendor" : String(host)
  }
}

/// "250 ms", "10 s"
struct Seconds: CustomStringConvertible {
  let description: String

  init(_ duration: Duration) {
    let milliseconds = duration.clamped.nanoseconds / 1_000_000
    description = milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
  }
}

enum ErrorNumber {
  static func text(_ number: Int32) -> String {
    switch number {
    case ECONNREFUSED: "connection refused"
    case ECONNRESET: "connection reset"
    case EPIPE: "connection closed"
    case ETIMEDOUT: "no answer"
    case EHOSTUNREACH: "no route to the host"
    case ENETUNREACH: "network unreachable"
    case EADDRNOTAVAIL: "no local port is free"
    case EMFILE, ENFILE: "too many open files"
    case EAGAIN: "no resources"
    default: "error \(number)"
    }
  }
}
