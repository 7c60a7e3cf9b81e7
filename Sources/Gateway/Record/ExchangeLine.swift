// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import JSON

/// Writes the log lines of finished exchanges: the message is constant, the data are fields.
///
/// Appends bytes and makes no strings of its own: at full load there is a line every few dozen microseconds.
struct ExchangeLines {
  private(set) var bytes: [UInt8] = []
  private let format: Log.Format
  /// RFC 3339.
  private let time: String

  init(format: Log.Format, time: String) {
    self.format = format
    self.time = time
  }

  mutating func append(_ record: ExchangeRecord) {
    begin()
    field("exchange_id", record.id)
    field("outcome", record.outcome.rawValue)
    field("vendor", record.vendor)
    if !record.client.isEmpty { field("client", record.client) }
    field("method", record.method)
    field("path", record.path)
    field("status", record.status)
    if record.isInspected {
      field("model", record.model)
      field("stream", flag: record.isStream)
      field("finish_reason", list: record.finishReasons)
      field("calls", record.calls.count)
      field("ids_rewritten", record.idsRewritten)
      field("findings", list: record.findingCodes)
      if record.mode != .observe {
        field("mode", record.mode.rawValue)
        field("attempts", record.attempts.count)
        field("verdict", record.verdict.rawValue)
        field("repairs", list: record.repairRules)
      }
    }
    if let tokens = record.usage?.prompt { field("input_tokens", tokens) }
    if let tokens = record.usage?.completion { field("output_tokens", tokens) }
    if let error = record.error { field("error", error) }
    if let fault = record.fault { field("fault", fault.rawValue) }
    field("request_bytes", record.requestBytes)
    field("response_bytes", record.responseBytes)
    if let time = record.nanosecondsToFirstByte { field("first_byte_ms", milliseconds: time) }
    if let time = record.nanosecondsToFirstToken { field("first_token_ms", milliseconds: time) }
    field("total_ms", milliseconds: record.nanosecondsTotal)
    end()
  }

  // MARK: The line

  private mutating func begin() {
    switch format {
    case .text:
      write(time)
      write(" info exchange")
    case .json:
      write("{\"time\":\"")
      write(time)
      write("\",\"level\":\"info\",\"message\":\"exchange\"")
    }
  }

  private mutating func end() {
    write(format == .json ? "}\n" : "\n")
  }

  private mutating func name(_ name: String) {
    switch format {
    case .text:
      write(" ")
      write(name)
      write("=")
    case .json:
      write(",\"")
      write(name)
      write("\":")
    }
  }

  /// An empty text is left out of a text line.
  private mutating func field(_ key: String, _ text: String) {
    if format == .text, text.isEmpty { return }
    name(key)
    value(text)
  }

  private mutating func field(_ key: String, _ number: Int) {
    name(key)
    write(decimal: UInt64(max(0, number)))
  }

  private mutating func field(_ key: String, flag: Bool) {
    name(key)
    write(flag ? "true" : "false")
  }

  private mutating func field(_ key: String, list: [String]) {
    if format == .text, list.isEmpty { return }
    name(key)
    if format == .json { write("[") }
    for (position, item) in list.enumerated() {
      if position > 0 { write(",") }
      value(item)
    }
    if format == .json { write("]") }
  }

  private mutating func field(_ key: String, milliseconds nanoseconds: UInt64) {
    name(key)
    let microseconds = nanoseconds / 1000
    write(decimal: microseconds / 1000)
    write(".")
    let fraction = microseconds % 1000
    for digit in [fraction / 100, fraction / 10 % 10, fraction % 10] { bytes.append(UInt8(0x30 + digit)) }
  }

  private mutating func value(_ text: String) {
    if format == .text, LogText.isPlain(text) {
      write(text)
    } else {
      bytes.append(contentsOf: LogText.quoted(text).utf8)
    }
  }

  private mutating func write(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func write(decimal value: UInt64) {
    if value >= 10 { write(decimal: value / 10) }
    bytes.append(UInt8(0x30 + value % 10))
  }
}

/// A client chooses its path and its model's name: neither may end a line or forge a field.
enum LogText {
  static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ",") }
  }

  /// As a JSON string.
  static func quoted(_ text: String) -> String { visible(JSONValue(text).description) }

  /// JSON, in whose strings nothing ends a line or turns its direction round: RFC 8259 section 7 lets those characters stand, and
  /// terminals and line readers obey them.
  static func visible(_ json: String) -> String {
    if json.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return json }
    var text = ""
    for scalar in json.unicodeScalars {
      if isMisleading(scalar) { text += escape(scalar) } else { text.unicodeScalars.append(scalar) }
    }
    return text
  }

  /// Controls beyond ASCII's, separators of lines and paragraphs, and directions (Unicode Standard Annex 9, section 2).
  static func isMisleading(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// `\uXXXX`
  static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
  }

  static func safe(_ text: String) -> String { isPlain(text) ? text : quoted(text) }
}
