// SPDX-License-Identifier: Apache-2.0

/// What no single value shows: how the values go together.
struct CrossChecks {
  let configuration: BelayConfiguration
  let book: VendorBook
  let listen: Located<Address>?
  let console: Located<Address?>?
  let tls: TLSSection
  let log: ProblemLog

  func run() {
    checkVendors()
    checkAddresses()
    checkConsole()
    checkConsoleTLS()
    checkKeys()
    checkReference()
    checkLimits()
  }

  private func checkLimits() {
    let limits = configuration.limits
    guard limits.bufferedBytes < 2 * limits.requestBytes else { return }
    log.warn(
      "`limits.buffered_bytes`, of which one client may have half, is less than twice `limits.request_bytes`, so that the longest requests are always refused",
      "raise the one, or lower the other", at: .nowhere)
  }

  private func checkVendors() {
    if book.vendors.isEmpty, !log.hasErrors {
      log.report(
        "there is no vendor to send requests to",
        "give one: --vendor https://api.moonshot.ai/v1, or list it under `vendors:` in belay.yaml", at: .nowhere)
    }
    for vendor in book.vendors where (try? BaseURL.parse(vendor.value.baseURL))?.path.isEmpty ?? false {
      log.warn(
        "the base URL of `\(vendor.value.name)` has no path, and most vendors serve under one",
        "if calls answer 404, write \(vendor.value.baseURL)/v1", at: vendor.place)
    }
    // One variable would hold the keys of both, and a key must not reach another vendor.
    let names = book.names
    for (index, name) in names.enumerated() {
      let twin = names[..<index].first { Setting.keyVariable(of: $0) == Setting.keyVariable(of: name) }
      guard let twin else { continue }
      log.report(
        "the vendors `\(twin)` and `\(name)` differ only in - and _", "give one of them another name",
        at: book.vendors[index].place)
    }
  }

  private func checkAddresses() {
    guard let console = configuration.console, configuration.listen.collides(with: console) else { return }
    let place = [self.console?.place, listen?.place].compactMap { $0 }.first ?? .nowhere
    log.report(
      "agents and the console cannot share the address \(console)",
      "give the console another port, such as \(Address(host: console.host, port: console.port % 65535 + 1)), or off",
      at: place)
  }

  private func checkConsole() {
    guard let console = configuration.console, configuration.consoleToken == nil, !Host(console.host).isLoopback else { return }
    log.report(
      "the console at \(console) can be reached from other machines and has no token: it shows whole conversations",
      "set BELAY_CONSOLE_TOKEN (openssl rand -hex 16 makes one) or console_token, or give it an address at 127.0.0.1",
      at: self.console?.place ?? .nowhere)
  }

  private func checkConsoleTLS() {
    guard let settings = configuration.tls, let console = configuration.console, !settings.coversConsole, tls.console == nil,
      !Host(console.host).isLoopback
    else { return }
    log.warn(
      "the console at \(console) speaks HTTP beside `tls`: its token and whole conversations can be read on the way",
      "write `console: yes` under `tls:`, or `console: no` where that is meant", at: self.console?.place ?? .nowhere)
  }

  private func checkKeys() {
    let host = Host(configuration.listen.host)
    for vendor in book.vendors {
      guard vendor.value.apiKey != nil else { continue }
      if !host.isLoopback, configuration.clients.isEmpty, configuration.tls?.demandsClients != true {
        log.warn(
          "belay listens at \(configuration.listen): whoever reaches it spends the key of `\(vendor.value.name)`",
          "listen at 127.0.0.1, keep the network closed, or give clients keys of their own (`clients:`) or certificates (`tls: client_ca:`)", at: listen?.place ?? .nowhere)
        break
      }
    }
    if !host.isLoopback, !host.isPrivate, !configuration.clients.isEmpty, configuration.tls == nil {
      log.warn(
        "belay listens at \(configuration.listen) without TLS: the keys of `clients` can be read on the way",
        "give it a certificate (`tls:`), or keep the network between it and its clients closed", at: listen?.place ?? .nowhere)
    }
    for vendor in book.vendors where vendor.value.apiKey != nil {
      guard let url = try? BaseURL.parse(vendor.value.baseURL), !url.isSecure else { continue }
      if !url.host.isLoopback && !url.host.isPrivate {
        log.warn(
          "the key of `\(vendor.value.name)` travels in the clear", "write https:// in its base URL", at: vendor.place)
      }
    }
  }

  private func checkReference() {
    guard let reference = configuration.reference, configuration.vendors.count == 1 else { return }
    log.warn(
      "`\(reference)` is the reference and the only vendor: there is nothing to compare it with",
      "add another vendor, or remove the reference", at: .nowhere)
  }
}
