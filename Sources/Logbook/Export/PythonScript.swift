// SPDX-License-Identifier: Apache-2.0
import Store

/// A Python 3 script without dependencies that sends requests again, byte for byte.
enum PythonScript {
  static func bytes(_ parts: [ExportPart], keyVariable: String) -> [UInt8] {
    var lines = [
      "#!/usr/bin/env python3",
      "# Recorded by Belay. Each request goes out as it was recorded, with the key in \(keyVariable), to the address in",
      "# REPLAY_BASE_URL or else to the one written here.",
      "import os, sys, urllib.error, urllib.request", "",
      "key = os.environ.get(\(text(keyVariable)))",
      "requests = [  # base URL, endpoint, method, headers, body",
    ]
    for part in parts {
      let headers = part.headers.map { "\(text($0.name)): \(text($0.value))" }.joined(separator: ", ")
      lines += part.notes.map { "    # \($0)" }
      lines += [
        "    (\(text(part.target.baseURL)), \(text(part.target.endpoint)), \(text(part.exchange.method)), {\(headers)},",
        "     \(literal(part.request?.body ?? []))),",
      ]
    }
    lines += [
      "]", "", "",
      "class Stay(urllib.request.HTTPRedirectHandler):  # The key goes to nobody whom a vendor names.",
      "    def redirect_request(self, *_):",
      "        return None", "", "",
      "opener = urllib.request.build_opener(Stay)",
      "failed = False",
      "for base, endpoint, method, headers, body in requests:",
      "    base = os.environ.get(\"REPLAY_BASE_URL\") or base",
      "    request = urllib.request.Request(base.rstrip(\"/\") + endpoint, body or None, headers, method=method)",
      "    if key:",
      "        request.add_header(\"authorization\", \"Bearer \" + key)",
      "    try:",
      "        with opener.open(request, timeout=600) as response:",
      "            while chunk := response.read1(65536):",
      "                sys.stdout.buffer.write(chunk)",
      "                sys.stdout.buffer.flush()",
      "    except urllib.error.HTTPError as error:",
      "        print(error, file=sys.stderr)",
      "        sys.stdout.buffer.write(error.read())",
      "        failed = True",
      "sys.exit(failed)", "",
    ]
    return Array(lines.joined(separator: "\n").utf8)
  }

  private static func text(_ text: String) -> String { quoted(text) }

  /// An expression of type `bytes`, as readable as it can be.
  static func literal(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return quoted(text) + ".encode()" }
    var literal = "b'"
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\\"): literal += "\\" + String(Unicode.Scalar(byte))
      case 0x20...0x7E: literal.unicodeScalars.append(Unicode.Scalar(byte))
      default: literal += "\\x" + hexadecimal(UInt32(byte), digits: 2)
      }
    }
    return literal + "'"
  }

  /// A string literal; what Python or a terminal might take for more than text is escaped.
  static func quoted(_ text: String) -> String {
    var literal = "'"
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x27, 0x5C: literal += "\\" + String(scalar)
      case 0x20...0x7E: literal.unicodeScalars.append(scalar)
      case 0..<0x100: literal += "\\x" + hexadecimal(scalar.value, digits: 2)
      default:
        switch scalar.properties.generalCategory {
        case .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
          literal += scalar.value < 0x10000 ? "\\u" + hexadecimal(scalar.value, digits: 4) : "\\U" + hexadecimal(scalar.value, digits: 8)
        default: literal.unicodeScalars.append(scalar)
        }
      }
    }
    return literal + "'"
  }

  private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
