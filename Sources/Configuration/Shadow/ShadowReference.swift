// SPDX-License-Identifier: Apache-2.0

extension BelayConfiguration {
  /// Whom shadows are sent to, or why nobody gets any.
  package enum ShadowReference: Equatable, Sendable {
    /// Nothing was asked for.
    case none
    case live(Vendor)
    /// Recorded answers: a file of results, or a store.
    case baseline(String)
    /// There is a reference, and it has no key of its own. No other key is ever sent to it.
    case keyless(String)

    /// Nil where nobody is asked.
    package var vendor: Vendor? { if case .live(let vendor) = self { vendor } else { nil } }

    /// As comparisons call it. A baseline goes by its file's name.
    package var name: String? {
      switch self {
      case .none: nil
      case .live(let vendor): vendor.name
      case .keyless(let name): name
      case .baseline(let path): path.split(separator: "/").last.map(String.init) ?? path
      }
    }
  }

  package var shadowReference: ShadowReference {
    guard let shadow else { return .none }
    if let baseline = shadow.baseline { return .baseline(baseline) }
    guard let reference, let vendor = vendor(named: reference) else { return .none }
    return vendor.needsKey ? .keyless(vendor.name) : .live(vendor)
  }
}

extension BelayConfiguration {
  /// Whether exchanges are to be handed to the shadow at all.
  package var isShadowed: Bool {
    switch shadowReference {
    case .live, .baseline: true
    case .none, .keyless: false
    }
  }
}

extension BelayConfiguration {
  /// For the start: where requests go and how many at most, or why none does. Nil where nobody asked for it.
  package var shadowLine: String? {
    guard let shadow else { return nil }
    switch shadowReference {
    case .none: return nil
    case .keyless(let name): return "nothing is shadowed: the reference \(name) has no key of its own (\(Setting.keyVariable(of: name)))"
    case .baseline(let path): return "answers are compared with \(path)"
    case .live where shadow.takesNone: return "nothing is shadowed: `shadow.sample` is 0"
    case .live(let vendor):
      let tenths = Int((shadow.sample * 1000).rounded())
      let share = "\(tenths / 10)\(tenths % 10 == 0 ? "" : ".\(tenths % 10)") %"
      return "shadow: \(share) of conversations\(shadow.onlyTools ? " with tools" : "") also go to \(vendor.name), \(vendor.baseURL), "
        + "at most \(shadow.perDay) requests and \(shadow.tokensPerDay) tokens a day (`shadow:` in belay.yaml)"
    }
  }
}

extension Vendor {
  /// Whether it cannot be asked but with a client's key: it has none of its own, and is not within these walls.
  package var needsKey: Bool {
    guard apiKey == nil, headers.isEmpty, let url = try? BaseURL.parse(baseURL) else { return false }
    return !url.host.isLoopback && !url.host.isPrivate
  }
}
