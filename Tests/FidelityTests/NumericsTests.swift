// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Testing

/// Against mpmath at 50 digits, see `Tests/oracles/fidelity_oracle.py`.
@Suite struct NumericsTests {
  @Test("One-argument functions agree with 50-digit arithmetic to 1e-12 relative", arguments: [
    "log", "log1p", "exp", "logGamma", "erf", "erfc", "normalQuantile",
  ])
  func unary(_ name: String) throws {
    let functions: [String: (Double) -> Double] = [
      "log": { logarithm($0) }, "log1p": { logarithm(onePlus: $0) }, "exp": exponential, "logGamma": logGamma,
      "erf": errorFunction, "erfc": complementaryError, "normalQuantile": normalQuantile,
    ]
    let function = try #require(functions[name])
    let cases = Oracle.cases(name)
    #expect(cases.count >= 9)
    for values in cases {
      let value = function(values[0])
      let error = values[1] == 0 ? abs(value) : abs(value / values[1] - 1)
      #expect(error <= 1e-12, "\(name)(\(values[0])) = \(value), not \(values[1])")
    }
  }

  @Test func theLogarithmOfBetaAgreesAlsoWhereGammaTermsWouldCancel() {
    let cases = Oracle.cases("logBeta")
    #expect(cases.count == 15)
    for values in cases {
      #expect(isClose(logBeta(values[0], values[1]), values[2]), "B(\(values[0]), \(values[1]))")
      #expect(logBeta(values[0], values[1]) == logBeta(values[1], values[0]))
    }
  }

  @Test func theLogarithmOfTheIncompleteBetaAgreesFarInTheTail() {
    let cases = Oracle.cases("logIncompleteBeta")
    #expect(cases.count == 11)
    for values in cases {
      let value = logIncompleteBeta(values[0], values[1], values[2])
      #expect(isClose(value, values[3], 1e-11), "I(\(values)) = \(value)")
    }
  }

  @Test func valuesOutsideADomainAreInfiniteOrNotANumber() {
    #expect(logarithm(0) == -.infinity && logarithm(-1).isNaN && logarithm(.infinity) == .infinity)
    #expect(exponential(-.infinity) == 0 && exponential(710) == .infinity && exponential(.nan).isNaN)
    #expect(logGamma(0).isNaN && logBeta(-1, 2).isNaN)
    #expect(normalQuantile(0) == -.infinity && normalQuantile(1) == .infinity && normalQuantile(2).isNaN)
    #expect(abs(normalQuantile(0.5)) < 1e-15 && complementaryError(40) == 0)
    #expect(logIncompleteBeta(0, 1, 1) == -.infinity && logIncompleteBeta(1, 1, 1) == 0)
    #expect(logSumOfExponentials([]) == -.infinity && softplus(1000) == 1000 && softplus(-1000) == 0)
  }
}
