// SPDX-License-Identifier: Apache-2.0

extension Format {
  /// Whether a text (UTF-8, half surrogates as WTF-8) has the format.
  func accepts(_ text: ArraySlice<UInt8>) -> Bool {
    switch self {
    case .date: DateGrammar.isDate(text)
    case .time: DateGrammar.isTime(text)
    case .dateTime: DateGrammar.isDateTime(text)
    case .duration: DateGrammar.isDuration(text)
    case .email: MailGrammar.isMailbox(text, isInternational: false)
    case .idnEmail: MailGrammar.isMailbox(text, isInternational: true)
    case .hostname: HostGrammar.isHostname(text)
    case .plainHostname: HostGrammar.isHostname(text, checksALabels: false)
    case .idnHostname: InternationalHost.isHostname(text)
    case .ipv4: HostGrammar.isIPv4(text)
    case .ipv6: HostGrammar.isIPv6(text)
    case .uri: URIGrammar(text, isInternational: false).isAbsolute
    case .uriReference: URIGrammar(text, isInternational: false).isReference
    case .iri: URIGrammar(text, isInternational: true).isAbsolute
    case .iriReference: URIGrammar(text, isInternational: true).isReference
    case .uriTemplate: URITemplateGrammar.isTemplate(text)
    case .uuid: Format.isUUID(text)
    case .jsonPointer: Format.isPointer(text)
    case .relativeJSONPointer: Format.isRelativePointer(text)
    case .regex, .pythonRegex: patternProblem(text) == nil
    }
  }

  /// Why a text is none of this format's patterns; nil where it is one, and for other formats.
  func patternProblem(_ text: ArraySlice<UInt8>) -> String? {
    guard self == .regex || self == .pythonRegex else { return nil }
    do throws(PatternProblem) {
      _ = try Regex(text, dialect: self == .regex ? .ecma : .python)
      return nil
    } catch {
      return error.message
    }
  }

  /// RFC 9562, section 4: eight, four, four, four and twelve digits.
  private static func isUUID(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.count == 36 else { return false }
    for (offset, byte) in text.enumerated() {
      let isHyphen = offset == 8 || offset == 13 || offset == 18 || offset == 23
      if isHyphen ? byte != UInt8(ascii: "-") : hexDigit(byte) == nil { return false }
    }
    return true
  }

  /// RFC 6901, section 3.
  static func isPointer(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first else { return true }
    guard first == UInt8(ascii: "/") else { return false }
    var isEscape = false
    for byte in text {
      if isEscape, byte != UInt8(ascii: "0"), byte != UInt8(ascii: "1") { return false }
      isEscape = byte == UInt8(ascii: "~")
    }
    return !isEscape
  }

  /// draft-bhutton-relative-json-pointer-00: steps up, then a pointer or `#`.
  private static func isRelativePointer(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    guard let first = rest.first, isDigit(UInt32(first)) else { return false }
    rest = rest.drop { isDigit(UInt32($0)) }
    if first == 0x30, rest.startIndex - text.startIndex > 1 { return false }
    // An index moves among neighbours.
    if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      let digits = rest.dropFirst().prefix { isDigit(UInt32($0)) }
      guard let lead = digits.first, lead != 0x30 else { return false }
      rest = rest.dropFirst(1 + digits.count)
    }
    return rest.elementsEqual([UInt8(ascii: "#")]) || isPointer(rest)
  }
}
