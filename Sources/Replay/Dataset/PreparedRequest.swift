// SPDX-License-Identifier: Apache-2.0
package import JSON

/// One request of a set, ready to be sent: what K2VV calls `prepared`.
package struct PreparedRequest: Sendable {
  /// The number of its line in the file, from 1.
  package let dataIndex: Int
  package let value: JSONValue
  /// K2VV's identity of a request: the MD5 of its JSON as Python sorts and writes it.
  package let hash: String
  package let isStream: Bool
  /// The set's own declarations, which K2VV judges calls by even where the prompt has them as text.
  package let tools: JSONValue?
  /// What the official API finished with, where the set says so.
  package let officialFinishReason: JSONString?

  package init(
    dataIndex: Int, value: JSONValue, tools: JSONValue? = nil, officialFinishReason: JSONString? = nil
  ) {
    self.dataIndex = dataIndex
    self.value = value
    self.tools = tools ?? value["tools"]
    self.officialFinishReason = officialFinishReason
    hash = requestHash(value)
    isStream = value["stream"]?.isTruthy ?? false
  }
}

/// `md5(json.dumps(request, sort_keys=True, ensure_ascii=False))`, in hexadecimal.
package func requestHash(_ request: JSONValue) -> String {
  MD5.hex(of: PythonJSON.dumps(request, sortKeys: true))
}

extension JSONValue {
  /// What Python takes for true: anything but null, false, zero, and what is empty.
  var isTruthy: Bool {
    switch self {
    case .null: false
    case .bool(let value): value
    case .number(let number): number.double != 0
    case .string(let text): !text.utf8.isEmpty
    case .array(let values): !values.isEmpty
    case .object(let object): !object.isEmpty
    }
  }
}
