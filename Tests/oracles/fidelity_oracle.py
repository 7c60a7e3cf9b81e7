#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reference figures for the tests of Fidelity, made with scipy, statsmodels and mpmath.

    python3 -m venv v && v/bin/pip install scipy statsmodels mpmath
    v/bin/python Tests/oracles/fidelity_oracle.py > Tests/FidelityTests/Fixtures/oracle.json

Each function is a list of cases [argument, ..., value]. Special functions come from mpmath at 50 digits, rounded once;
scipy must agree with them, else the script stops.
"""
import json
import math

import mpmath as mp
import scipy.stats as stats
from scipy import optimize, special
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

mp.mp.dps = 50


def agree(exact, scipy_value, tolerance=1e-9):
    exact = float(exact)
    assert math.isclose(exact, float(scipy_value), rel_tol=tolerance, abs_tol=1e-12), (exact, scipy_value)
    return exact


def log_beta(a, b):
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(mp.mpf(a) + b)


def log_incomplete_beta(x, a, b):
    x, a, b = mp.mpf(x), mp.mpf(a), mp.mpf(b)
    if x > a / (a + b):
        upper = mp.hyp2f1(a + b, 1, b + 1, 1 - x) * x ** a * (1 - x) ** b / b / mp.exp(log_beta(a, b))
        return mp.log1p(-upper)
    return a * mp.log(x) + b * mp.log(1 - x) - mp.log(a) - log_beta(a, b) + mp.log(mp.hyp2f1(a + b, 1, a + 1, x))


def wilson(s, n, alpha):
    low, high = proportion_confint(s, n, alpha=alpha, method="wilson")
    return [s, n - s, alpha, float(low), float(high)]


def confidence_sequence(s, f, alpha, a, b):
    """The ends of {p: B(a+s, b+f) / B(a, b) / (p^s (1-p)^f) < 1/alpha}, by mpmath's bisection."""
    a, b = mp.mpf(a), mp.mpf(b)

    def excess(p):
        return log_beta(a + s, b + f) - log_beta(a, b) - s * mp.log(p) - f * mp.log(1 - p) + mp.log(mp.mpf(alpha))

    mean, tiny = mp.mpf(s) / (s + f), mp.mpf(10) ** -40
    low = mp.findroot(excess, (tiny, mean - tiny if f == 0 else mean), solver="bisect",
                      maxsteps=400, tol=1e-60, verify=False) if s else 0
    high = mp.findroot(excess, (mean + tiny if s == 0 else mean, 1 - tiny), solver="bisect",
                       maxsteps=400, tol=1e-60, verify=False) if f else 1
    return [s, f, alpha, float(a), float(b), float(low), float(high)]


def evidence(s, f, p0, a, b):
    """ln of the mixture over alternatives below p0, and above it, against p0."""
    common = log_beta(mp.mpf(a) + s, mp.mpf(b) + f) - log_beta(a, b) - s * mp.log(mp.mpf(p0)) - f * mp.log(1 - mp.mpf(p0))
    below = common + log_incomplete_beta(p0, a + s, b + f) - log_incomplete_beta(p0, a, b)
    above = common + log_incomplete_beta(1 - mp.mpf(p0), b + f, a + s) - log_incomplete_beta(1 - mp.mpf(p0), b, a)
    return [s, f, p0, float(below), float(above)]


def mcnemar_p(b, c):
    exact = float(mcnemar([[0, b], [c, 0]], exact=True).pvalue)
    n, k = b + c, min(b, c)
    mid = min(1.0, float(2 * (stats.binom.cdf(k, n, 0.5) - 0.5 * stats.binom.pmf(k, n, 0.5)))) if n else 1.0
    return [b, c, min(exact, 1.0) if n else 1.0, mid]


XS = [1e-8, 1e-3, 0.1, 0.49, 0.5, 0.9, 0.999, 0.9999999, 1.0000001, 1.0001, 1.3, 1.5, 1.75, 1.999, 2.0001, 2.3, 2.5,
      2.6, 3, 5.5, 9.99, 10, 12.25, 50.5, 171, 1234.5, 4e3, 1e6, 3.3e9]
PAIRS = [(0.5, 0.5), (1, 2), (0.5, 3), (0.25, 9), (4.5, 7.5), (0.5, 12), (3.5, 40), (9.5, 10.5), (11, 12), (0.5, 4000.5),
         (2, 1e8), (3000.5, 800.5), (1e5 + 0.5, 0.5), (1e6, 1e6), (123456.5, 7.5)]
INCOMPLETE = [(0.5, 0.5, 0.5), (0.6667, 0.5, 0.5), (0.01, 2, 3), (0.9, 2, 3), (0.6667, 2667.5, 1334.5),
              (0.6667, 3500.5, 500.5), (0.6667, 900.5, 1100.5), (0.5748, 41.5, 7.5), (0.999, 0.5, 5000.5),
              (0.25, 10000.5, 30000.5), (0.24, 10000.5, 30000.5)]
COUNTS = [(0, 1), (1, 0), (0, 30), (30, 0), (1, 1), (7, 3), (84, 32), (667, 333), (2667, 1333), (3600, 400), (4000, 0),
          (0, 4000), (1, 3999), (200_000, 90_000), (5_000_000, 3)]

print(json.dumps({
    "log": [[x, float(mp.log(mp.mpf(x)))] for x in XS],
    "log1p": [[x, float(mp.log1p(mp.mpf(x)))] for x in [-0.999, -0.5, -0.1, -1e-9, 1e-17, 1e-6, 0.2, 0.29, 0.31, 4, 1e9]],
    "exp": [[x, float(mp.exp(mp.mpf(x)))] for x in [-700, -30.3, -1, -1e-9, 0, 1e-9, 0.5, 1, 20.7, 300.1, 709.7]],
    "logGamma": [[x, agree(mp.loggamma(x), special.gammaln(x))] for x in XS],
    "logBeta": [[a, b, agree(log_beta(a, b), special.betaln(a, b), 1e-7)] for a, b in PAIRS],
    "erf": [[x, agree(mp.erf(x), special.erf(x))] for x in [1e-9, 0.1, 0.5, 1, 1.5, 1.99, 2, 2.5, 5]],
    "erfc": [[x, agree(mp.erfc(x), special.erfc(x))] for x in [-3, -0.5, 0, 0.5, 1.5, 1.99, 2, 2.01, 3, 6, 12.5, 26]],
    "normalQuantile": [[p, agree(mp.sqrt(2) * mp.erfinv(2 * mp.mpf(p) - 1) if p > 1e-5 else
                                 mp.findroot(lambda z: mp.erfc(-z / mp.sqrt(2)) / 2 - mp.mpf(p), float(special.ndtri(p))),
                                 special.ndtri(p))]
                       for p in [1e-100, 1e-12, 1e-6, 0.001, 0.025, 0.2, 0.3, 0.4999, 0.5001, 0.8, 0.975, 0.995, 0.99999]],
    "logIncompleteBeta": [[x, a, b, agree(log_incomplete_beta(x, a, b), mp.log(special.betainc(a, b, x)), 1e-6)]
                          for x, a, b in INCOMPLETE],
    "wilson": [wilson(s, s + f, alpha) for s, f in COUNTS for alpha in (0.05, 0.01)],
    "confidenceSequence": [confidence_sequence(s, f, alpha, a, b) for s, f in COUNTS
                           for alpha, a, b in ((0.05, 0.5, 0.5), (0.001, 1, 1))],
    "evidence": [evidence(s, f, p0, 0.5, 0.5) for s, f in COUNTS[:13] for p0 in (2 / 3, 0.5748031496062992)],
    "mcnemar": [mcnemar_p(b, c) for b, c in [(0, 0), (1, 0), (0, 5), (5, 5), (10, 3), (25, 40), (120, 90), (3, 60),
                                              (1000, 1100), (4000, 0)]],
}, indent=None, separators=(",", ":")).replace("]],", "]],\n").replace("],[", "],\n["))
