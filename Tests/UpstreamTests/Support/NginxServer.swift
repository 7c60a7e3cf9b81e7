// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import NIOPosix

/// nginx with TLS and HTTP/2, where it is installed: the one vendor's front that a test cannot write in ten lines.
/// `/text` reads the request and answers with the connection's number, `/early` answers without reading, `/big` has
/// 20 MiB.
struct NginxServer: Sendable {
  let port: Int
  let folder: URL

  var certificate: String { folder.appending(path: "certificate.pem").path }

  static let isInstalled = find("nginx") != nil && find("openssl") != nil

  /// - Parameters:
  ///   - http2: whether ALPN offers it.
  ///   - days: for how long the certificate is valid; a negative number for one that has expired.
  static func run<Result: Sendable>(http2: Bool, days: Int = 2, _ body: (NginxServer) async throws -> Result) async throws -> Result {
    // nginx cannot choose a port by itself: two that are free now.
    let listeners = [
      try await ServerBootstrap(group: loops).bind(host: "127.0.0.1", port: 0).get(),
      try await ServerBootstrap(group: loops).bind(host: "127.0.0.1", port: 0).get(),
    ]
    let ports = listeners.map { $0.localAddress?.port ?? 0 }
    for listener in listeners { try await listener.close() }
    let port = ports[0]
    let folder = FileManager.default.temporaryDirectory.appending(path: "belay-nginx-\(port)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let server = NginxServer(port: port, folder: folder)
    try await server.prepare(http2: http2, days: days, innerPort: ports[1])
    let nginx = try ChildProcess(
      find("nginx") ?? "", ["-c", folder.appending(path: "nginx.conf").path, "-p", folder.path, "-e", "error.log"])
    let result: Swift.Result<Result, any Error>
    do {
      try await server.waitUntilUp()
      result = .success(try await body(server))
    } catch {
      result = .failure(error)
    }
    try await nginx.wait(terminates: true)
    return try result.get()
  }

  private func prepare(http2: Bool, days: Int, innerPort: Int) async throws {
    let (key, request) = (folder.appending(path: "key.pem").path, folder.appending(path: "request.pem").path)
    let openssl = try ChildProcess(
      NginxServer.find("openssl") ?? "",
      [
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=127.0.0.1",
        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", request,
      ])
    try await openssl.wait()
    // Unlike `req -x509`, this takes a negative number of days.
    let signing = try ChildProcess(
      NginxServer.find("openssl") ?? "",
      ["x509", "-req", "-in", request, "-signkey", key, "-days", "\(days)", "-copy_extensions", "copy", "-out", certificate])
    try await signing.wait()
    try Data(repeating: 0x78, count: 20 << 20).write(to: folder.appending(path: "big"))
    let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path temp_\($0);" }
    let configuration = """
      daemon off; master_process off; pid nginx.pid; error_log error.log;
      events { worker_connections 512; }
      http {
        access_log off; client_max_body_size 100m; \(paths.joined(separator: " "))
        server {
          listen 127.0.0.1:\(port) ssl \(http2 ? "http2" : "");
          ssl_certificate certificate.pem; ssl_certificate_key key.pem;
          location /text { proxy_pass http://127.0.0.1:\(innerPort); proxy_set_header X-Connection $connection; }
          location /early { default_type text/plain; return 200 "early"; }
          location /big { alias \(folder.path)/big; }
        }
        server {
          listen 127.0.0.1:\(innerPort);
          location / { default_type text/plain; return 200 "$http_x_connection"; }
        }
      }
      """
    try configuration.write(to: folder.appending(path: "nginx.conf"), atomically: true, encoding: .utf8)
  }

  /// Connects until somebody listens.
  private func waitUntilUp() async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while true {
      do {
        return try await ClientBootstrap(group: loops).connect(host: "127.0.0.1", port: port).get().close().get()
      } catch {
        if .now > deadline { throw error }
        await Task.yield()
      }
    }
  }

  private static func find(_ name: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":") + ["/usr/sbin", "/usr/bin"]
    return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
