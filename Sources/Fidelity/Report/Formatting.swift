// SPDX-License-Identifier: Apache-2.0

/// `value` with this many places after the point, correctly rounded half away from zero up to the error of `value`.
package func fixed(_ value: Double, places: Int) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let units = (abs(value) * scale).rounded()
  let whole = String(Int(units / scale))
  let fraction = String(Int(units.truncatingRemainder(dividingBy: scale)))
  let sign = value < 0 && units > 0 ? "-" : ""
  guard places > 0 else { return sign + whole }
  return sign + whole + "." + String(repeating: "0", count: places - fraction.utf8.count) + fraction
}

/// `0.84123` as `84.12 %`; "–" of nothing.
func percent(_ value: Double?, places: Int = 2) -> String {
  value.map { fixed($0 * 100, places: places) + " %" } ?? "–"
}

/// `0.8` as `80 %`, `0.735` as `73.5 %`.
func shortPercent(_ value: Double) -> String {
  var text = fixed(value * 100, places: 2)
  while text.hasSuffix("0") { text.removeLast() }
  if text.hasSuffix(".") { text.removeLast() }
  return text + " %"
}

/// `81.2–86.9 %`.
func percent(_ interval: Interval) -> String {
  fixed(interval.lower * 100, places: 1) + "–" + fixed(interval.upper * 100, places: 1) + " %"
}
