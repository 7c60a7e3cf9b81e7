// SPDX-License-Identifier: Apache-2.0
import Inspection

// Text with tokens in it: it is parsed in the end, and what is found stands in the text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let text = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  let result = MarkupParser(tools: ByteStrings(["get_weather", "ls", "search_web"])).parse(text)
  demand(result.text.count <= text.count, "it invents nothing")
  demand(result.calls.count <= text.count, "nor any call")
  _ = MarkupParser(tools: ByteStrings()).parse(result.text)
  return 0
}
