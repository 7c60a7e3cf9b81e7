// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite("Keys stay secret")
struct SecretTests {
  static let key = "sk-5ecret"

  @Test("no way of printing a configuration shows a key")
  func printing() throws {
    let yaml = """
      vendors:
        a: { base_url: "https://a.example/v1", api_key: \(Self.key), headers: { x-api-key: \(Self.key) } }
      """
    let configuration = try BelayConfiguration.load(yaml)
    let vendor = try #require(configuration.vendors.first)
    #expect(vendor.apiKey?.revealed == Self.key)
    #expect(vendor.headers.first?.value.revealed == Self.key)

    var dumped = ""
    dump(configuration, to: &dumped)
    let printed = ["\(configuration)", String(reflecting: configuration), String(describing: vendor.apiKey), dumped]
    for text in printed + configuration.literalKeys.map(\.description) {
      #expect(!text.contains("5ecret"), "\(text)")
    }
    #expect("\(Secret(Self.key))" == "***")
    #expect(Mirror(reflecting: Secret(Self.key)).children.isEmpty)
  }

  static let mistakes = [
    "vendors:\n  a: {base_url: x, api_key: KEY}\n",
    "vendors:\n  a: {api_key: KEY, base_url: x}\n",
    "vendors:\n  a:\n    apikey: KEY\n",
    "vendors:\n  a:\n    API-Key: 'KEY'\n    zzz: 1\n",
    "vendors:\n  a:\n    api_key: \"KEY\n",
    "vendors:\n  a:\n    api_key: @KEY\n",
    "vendors:\n  a:\n    api_key: ${X:-KEY} ${Y}\n",
    "vendors:\n  a:\n    api_key: [KEY]\n",
    "vendors:\n  a:\n    api_key:\n      - KEY\n",
    "vendors:\n  a:\n    api_key: \n      KEY: x\n",
    "vendors:\n  a:\n    api_key: |\n\tKEY\n",
    "vendors:\n  a:\n    api_key: KEYé\n",
    "vendors:\n  a: https://user:KEY@a.example/v1\n",
    "vendors:\n  a:\n    headers: {authorization: Bearer KEY}\n",
    "vendors:\n  a:\n    headers: {x-token: KEY, host: x}\n",
    "vendors:\n  a:\n    headers:\n      Authorization: Basic KEY\n",
  ]

  @Test("no problem shows a key, even where the file is not YAML", arguments: mistakes)
  func mistake(_ yaml: String) {
    let found = problems(yaml.replacing("KEY", with: Self.key))
    #expect(!found.isEmpty)
    for problem in found { #expect(!problem.description.contains("5ecret"), "\(problem)") }
  }

  /// Settings of a vendor, or of the file, where a key is not where it should be.
  static let slips = [
    "    api_kye: KEY", "    apy_kee: KEY", "    auth: KEY", "    credential: KEY", "    api_key=KEY: x", "    api_key KEY: x",
    "    headers:\n      x-gateway: \"KEY\\u00e9\"", "    headers:\n      x-gateway: [KEY]", "    headers:\n      'x gateway': KEY",
    "    headers:\n      x-gw: KEY\n      x-gw: KEY", "    headers:\n      x-gw: &a KEY\n      x-gv: *b",
    "    headers: { x-gw: KEY } }", "\theaders: { x-gw: KEY }", "    headers: {\nhost: KEY }", "    headers: { mode: \"\nKEY\", host: x }",
    "    headers:\n      x-gw: ${X-KEY}", "    headers:\n      x-gw: ${KEY", "    api_key: ${KEY", "    api_key: ${X:-KEY} é",
    "    api_key:\n      value: KEY", "    api_key:\n      - KEY\n      - b", "    api_key:\n\n      {a: KEY}",
    "    api_key: >\n      x\n      KEY\n     bad", "    api_key:\n      # mine\n      [KEY]", "    api_key: !KEY x", "    mode: observe api_key: KEY",
    "alarms:\n  webhooks:\n    - url: ftp://hooks.example/services/KEY", "alarms:\n  webhooks:\n    - url: https://hooks.example/services/KEY x",
    "alarms:\n  webhooks:\n    - https://hooks.example/services/KEY",
    "alarms:\n  webhooks:\n    - { url: \"https://hooks.example/KEY\", fromat: slack }",
    "alarms:\n  webhooks:\n    - { url: \"https://hooks.example/KEY\", format: teams }",
    "console_token: KEY é", "console_tokn: KEY", "clients:\n  a:\n    key_sha256: KEY", "clients:\n  a: KEY", "clients: {a: KEY}",
    "clients:\n  a:\n    kee: KEY", "tls:\n  certificat: KEY",
    "vendors: { v: 'http://KEY@h/v1' }", "  w: KEY", "  w: u:KEY@h/v1", "  w: u:KEY@h://v1", "  w:\n    base_url: KEY",
    "mode: \"observe\n  api_key: KEY\"", "  w:\n    base_url: \"http://h/v1\n    api_key: KEY\"",
    "  w:\n    base_url: http://h/v1?x=KEY", "  w:\n    base_url: http://u:KEY@h/v1", "  w:\n    base_url: u:KEY@h/v1",
    "  w:\n    base_url: http://h/v1 KEY@",
  ]

  /// Those that a short key would pass for, being a name itself.
  static let names = ["reference: KEY", "default_vendor: KEY", "clients: {KEY: x}", "  KEY: https://a.example/v1 #", "KEY: x", "mode: KEY", "listen: KEY"]

  @Test("a slip of the pen shows no key, short or long", arguments: slips + names)
  func slip(_ lines: String) {
    for key in Self.names.contains(lines) ? [Self.longKey] : [Self.key, Self.longKey] {
      let found = problems("vendors:\n  v:\n    base_url: http://127.0.0.1:1/v1\n" + lines.replacing("KEY", with: key) + "\n")
      #expect(!found.isEmpty)
      for problem in found { #expect(!problem.description.contains("5ecret"), "\(problem)") }
    }
  }

  static let longKey = "sk-5ecretSECRET0123456789"
  static let base64 = ["MIGHAgEAMBMGByqGSM49AgEGCCqGSM49/wEHBG0wawIBAQQg5ecret", "Q5ecret=="]
  static let pem = ["-----BEGIN PRIVATE KEY-----"] + base64 + ["-----END PRIVATE KEY-----"]

  /// What was pasted in place of the path of a private key.
  static let pasted: [String] = {
    let indented: String = pem.map { line in "    " + line + "\n" }.joined()
    let flat: String = pem.joined(separator: "\n")
    return [
      "key: |\n" + indented, "key: >-\n" + indented, "key:\n" + indented, "private: |\n" + indented, "client_ca: |\n" + indented,
      "key: \"" + pem.joined(separator: "\\n") + "\"\n", "key: |\n    " + flat + "\n", "key: " + flat + "\n",
      "key: |\n    " + pem.joined(separator: "\nmode: ") + "\n", "key: " + base64.joined() + "\n",
      "key: |\n    " + base64.joined(separator: "\n    ") + "\n", "key: |\n    " + base64.joined(separator: "\n") + "\n",
    ]
  }()

  @Test("a private key in place of its path is not shown, however it is indented", arguments: pasted)
  func privateKey(_ line: String) {
    let found = problems(withVendor("tls:\n  certificate: a\n  " + line))
    #expect(!found.isEmpty)
    for problem in found { #expect(!problem.description.contains("5ecret") && !problem.description.contains("MIGH"), "\(problem)") }
  }

  static let excerpts = [
    (withVendor("mode: obsrve # why\n"), "mode: obsrve ***", "      ^^^^^^"),
    (withVendor("limits: {connect: 10, idle: 5m}\n"), "limits: {connect: 10, idle: 5m}", "                  ^^"),
    (withVendor("limits:\n  api_key: x\n"), "  api_key: ***", "  ^^^^^^^"),
    (withVendor("policies:\n- match: {vendor: a}\n  mode: enforc\n"), "  mode: enforc", "        ^^^^^^"),
    (withVendor("enforce:\n  ladder:\n  - resnd\n"), "  - resnd", "    ^^^^^"),
    (withVendor("mode: observe api_key: x\n"), "mode: ***", "      ^"),
    (withVendor("clients:\n  a: belay_x\n"), "  a: ***", "     ^^^"),
    (withVendor("listen: \"localhost\n"), "listen: ***", "        ^"),
    ("vendors:\n  a: {base_url: a.example/v1}\n", "  a: {base_url: a.example/v1}", "                ^^^^^^^^^^^^"),
    ("vendors:\n  a: {base_url: u:p@a.example/v1}\n", "  a: {base_url: ***", "                ^^^"),
    ("vendors:\n  a: {base_url: https://a.example/v1, headers: {host: x}}\n", "  a: {base_url: https://a.example/v1, headers: {host: ***", ""),
  ]

  @Test("what cannot be a key is shown, and the mark stands under it; the rest is blanked out", arguments: excerpts)
  func excerpt(_ yaml: String, _ text: String, _ underline: String) throws {
    let excerpt = try #require(problems(yaml).first { $0.excerpt != nil }?.excerpt)
    #expect(excerpt.text == text)
    if !underline.isEmpty { #expect(excerpt.underline == underline) }
  }

  @Test("nor does one of the environment or the command line")
  func elsewhere() {
    let url = "https://user:\(Self.key)@a.example/v1"
    let found =
      problems(nil, environment: ["BELAY_VENDOR": url, "BELAY_REFERENCE": url])
      + problems(nil, overrides: Overrides(vendors: [url], reference: "b=\(url)"))
      + problems(withVendor(""), environment: ["BELAY_A_API_KEY": Self.key + "\u{1}"])
    #expect(found.count == 5)
    for problem in found { #expect(!problem.description.contains("5ecret"), "\(problem)") }
  }

  @Test("a variable's name may be shown")
  func variables() {
    let found = problems("vendors:\n  a: {base_url: https://a.example/v1, api_key: ${A_KEY}}\n")
    #expect(found.first?.excerpt?.text == "  a: {base_url: https://a.example/v1, api_key: ${A_KEY}}")
  }

  @Test("blanks and line ends around a key are dropped; nothing but blanks is no key")
  func blanks() throws {
    func key(_ text: String) throws -> Secret? {
      let yaml = "vendors: {a: {base_url: https://a.example/v1, api_key: \"${K}\"}}"
      return try BelayConfiguration.load(yaml, environment: ["K": text]).vendors.first?.apiKey
    }
    #expect(try key(" \(Self.key)\r\n") == Secret(Self.key))
    #expect(try key("Bearer-like with blanks")?.revealed == "Bearer-like with blanks")
    #expect(try key(" \n") == nil)
    #expect(try key("") == nil)
  }

  @Test("a key written out is noted for whoever can tell who reads the file; a variable is not")
  func literal() throws {
    let yaml = """
      vendors:
        a: { base_url: "https://a.example/v1", api_key: "${K}" }
        b: { base_url: "https://b.example/v1", api_key: "abc" }
      """
    let notes = try BelayConfiguration.load(yaml, environment: ["K": "x"]).literalKeys
    #expect(
      headlines(notes) == [
        "belay.yaml:3:51: warning: `vendors.b.api_key` is written out in a file that others can read"
      ])
  }
}
