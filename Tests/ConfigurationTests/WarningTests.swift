// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite("What is allowed and looks like a mistake")
struct WarningTests {
  private static func vendor(_ url: String, key: Bool) -> String {
    "vendors:\n  a: {base_url: '\(url)'\(key ? ", api_key: k" : "")}\n"
  }

  static let cases: [(yaml: String, warnings: [String])] = [
    (vendor("https://a.example/v1", key: true), []),
    (
      vendor("https://a.example", key: false),
      ["2:3: warning: the base URL of `a` has no path, and most vendors serve under one"]
    ),
    (vendor("http://a.example/v1", key: true), ["2:3: warning: the key of `a` travels in the clear"]),
    (vendor("http://a.example/v1", key: false), []),
    (vendor("http://localhost:1/v1", key: true), []),
    (vendor("http://[::1]:1/v1", key: true), []),
    (vendor("http://vllm:1/v1", key: true), []),
    (vendor("http://10.1.2.3/v1", key: true), []),
    (vendor("http://172.31.0.1/v1", key: true), []),
    (vendor("http://172.32.0.1/v1", key: true), ["2:3: warning: the key of `a` travels in the clear"]),
    (vendor("http://192.168.0.1/v1", key: true), []),
    (vendor("http://[fd00::1]/v1", key: true), []),
    (vendor("http://[2001:db8::1]/v1", key: true), ["2:3: warning: the key of `a` travels in the clear"]),
    (
      vendor("https://a.example/v1", key: true) + "listen: :8611\n",
      ["3:9: warning: belay listens at 0.0.0.0:8611: whoever reaches it spends the key of `a`"]
    ),
    (vendor("https://a.example/v1", key: false) + "listen: :8611\n", []),
    (vendor("https://a.example/v1", key: true) + "listen: localhost:8611\n", []),
    (
      vendor("https://a.example/v1", key: false) + "limits: {buffered_bytes: 1MiB}\n",
      ["configuration: warning: `limits.buffered_bytes`, of which one client may have half, is less than twice `limits.request_bytes`, so that the longest requests are always refused"]
    ),
  ]

  @Test("each is told, and its neighbour is not", arguments: cases)
  func told(_ yaml: String, _ expected: [String]) throws {
    #expect(headlines(try BelayConfiguration.load(yaml).warnings) == expected.map { $0.hasPrefix("configuration:") ? $0 : "belay.yaml:\($0)" })
  }

  @Test("a reference needs somebody to be compared with")
  func lonelyReference() {
    let flags = Overrides(vendors: ["https://a.example/v1"], reference: "https://a.example/v1")
    #expect(headlines(problems(nil, overrides: flags)).count == 1)
  }

  static let proxies: [(url: String, environment: [String: String], variable: String?)] = [
    ("http://a.example/v1", [:], nil),
    ("http://a.example/v1", ["http_proxy": "http://p:1"], "http_proxy"),
    ("http://a.example/v1", ["http_proxy": "", "ALL_PROXY": "p:1"], "ALL_PROXY"),
    ("http://10.0.0.7/v1", ["all_proxy": "socks5://p:1", "ALL_PROXY": "q:1"], "all_proxy"),
    ("http://a.example/v1", ["HTTP_PROXY": "p:1", "https_proxy": "p:1"], nil),
    ("https://a.example/v1", ["http_proxy": "p:1", "all_proxy": "p:1"], nil),
    ("http://127.0.0.1:1/v1", ["http_proxy": "p:1"], nil),
    ("http://localhost:1/v1", ["http_proxy": "p:1"], nil),
    ("http://[::1]:1/v1", ["http_proxy": "p:1"], nil),
    ("http://a.example/v1", ["http_proxy": "p:1", "no_proxy": "b.example, .Example"], nil),
    ("http://a.example/v1", ["http_proxy": "p:1", "NO_PROXY": "*"], nil),
    ("http://a.example/v1", ["http_proxy": "p:1", "no_proxy": "ample,b.a.example"], "http_proxy"),
    ("http://10.0.0.7/v1", ["http_proxy": "p:1", "no_proxy": "10.0.0.0/8"], nil),
    ("http://[fd00::1]/v1", ["http_proxy": "p:1", "no_proxy": "[fd00::1]"], nil),
  ]

  @Test("a proxy of the environment that reads what a vendor is asked", arguments: proxies)
  func proxy(_ url: String, _ environment: [String: String], _ variable: String?) throws {
    let expected = variable.map {
      "belay.yaml:2:3: warning: `a` is asked in the clear through the proxy that `\($0)` names, which can read keys and conversations"
    }
    #expect(headlines(try BelayConfiguration.load(Self.vendor(url, key: false), environment: environment).warnings) == [expected].compactMap { $0 })
  }

  @Test("ports that the system chooses never collide")
  func freePorts() {
    #expect(problems(withVendor("listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\n")).isEmpty)
  }
}
