// SPDX-License-Identifier: Apache-2.0
import Store

/// A shell script that sends requests again with curl, byte for byte. The key comes through a descriptor: every user of a machine can
/// read the arguments of its processes. A path with brackets is one path.
enum CurlScript {
  static func bytes(_ parts: [ExportPart], keyVariable: String) -> [UInt8] {
    var script = Array(
      """
      #!/bin/sh
      # Recorded by Belay. Each request goes out as it was recorded, with the key in \(keyVariable), to the address in
      # REPLAY_BASE_URL or else to the one written here.
      set -e
      authorization=${\(keyVariable):+"authorization: Bearer $\(keyVariable)"}

      """.utf8)
    for part in parts {
      let target = part.target
      script += Array("\n".utf8)
      for note in part.notes { script += Array("# \(note)\n".utf8) }
      script += Array("default=\(Shell.quoted(target.baseURL))\n".utf8)
      let body = part.request?.body ?? []
      if !body.isEmpty { script += Shell.printing(body) + Array(" |\n".utf8) }
      var lines = ["curl --silent --show-error --no-buffer --globoff --request \(Shell.quoted(part.exchange.method))"]
      for header in part.headers { lines.append("--header \(Shell.quoted("\(header.name): \(header.value)"))") }
      lines.append("${authorization:+--header @/dev/fd/3}")
      if !body.isEmpty { lines.append("--data-binary @-") }
      lines.append("\"${REPLAY_BASE_URL:-$default}\"\(Shell.quoted(target.endpoint)) 3<<END")
      script += Array((body.isEmpty ? "" : "  ").utf8) + Array((lines.joined(separator: " \\\n    ") + "\n$authorization\nEND\n").utf8)
    }
    return script
  }
}
