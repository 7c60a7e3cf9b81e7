// SPDX-License-Identifier: Apache-2.0
// F1 over time: the band in which it lies, the gate, the noise floor, the alarms, and each stretch of time by itself.

import { h, svg, clock, many, percent } from "./dom.js";
import { frame, figure, width, height, left, right, top, bottom } from "./plots.js";

/**
 * `points` as `/api/fidelity` has them in `series`; `alarms` those of this vendor and model. Dots are stretches of time by
 * themselves, larger with more informative comparisons; the line is F1 since the range began, and the band its confidence
 * sequence.
 */
export function course(title, note, points, { since: asked, until, bucket, gate, floor, alarms }) {
  const known = points.filter((point) => point.informative > 0);
  if (known.length === 0) return figure(title, note, h("p", { class: "hint none" }, "No informative comparison in this range."));
  // Of a long range with little in it, what there is.
  const since = Math.max(asked, Math.min(known[0].at, ...alarms.map((alarm) => alarm.raised_at)) - bucket);
  // The first points know next to nothing: a band from 0 to 1 would flatten all that follows.
  const settled = known.filter((point) => point.informative >= 30);
  const lows = [...(settled.length > 0 ? settled : known).map((point) => point.lower), ...known.map((point) => point.f1 ?? 1), gate ?? 1, floor ?? 1];
  const low = Math.max(0, Math.min(0.9, Math.floor((Math.min(...lows) - 0.02) * 10) / 10));
  const steps = low < 0.5 ? 0.2 : 0.1;
  const marks = [];
  for (let at = Math.ceil(low / steps - 1e-9) * steps; at < 1.001; at += steps) marks.push(Number(at.toFixed(2)));
  const clamp = (value) => Math.min(1, Math.max(low, value));
  const y = { marks, at: (value) => height - bottom - (clamp(value) - low) / (1 - low) * (height - top - bottom) };
  const x = (at) => left + Math.min(1, Math.max(0, (at - since) / (until - since))) * (width - left - right);
  const middle = (point) => x(Math.min(until, point.at + bucket / 2));
  const last = known.at(-1);
  const plot = frame(`${title}: F1 ${percent(last.total_f1)}, between ${percent(last.lower)} and ${percent(last.upper)}, of ${many(last.informative, "informative comparison")}`, y, percent, since, until);

  for (const alarm of alarms) {
    const from = x(alarm.raised_at), to = x(alarm.resolved_at ?? until);
    plot.append(svg("g", { class: "alarm-mark" }, svg("title", {}, `${clock(alarm.raised_at, true)}: ${alarm.text}`),
      svg("rect", { class: "alarm-time", x: from, y: top, width: Math.max(1, to - from), height: height - top - bottom }),
      alarm.raised_at >= since ? svg("line", { class: "alarm", x1: from, x2: from, y1: top, y2: height - bottom }) : "",
      svg("text", { class: "mark-label", x: from + (from > width / 2 ? -4 : 4), y: height - bottom - (alarm.kind === "drift" ? 20 : 6), "text-anchor": from > width / 2 ? "end" : "start" }, alarm.kind.replaceAll("_", " "))));
  }
  const isCrowded = Math.abs(y.at(floor ?? 9) - y.at(gate ?? -9)) < 16;
  for (const [value, kind, name] of [[floor, "floor", "noise floor"], [gate, "gate", "gate"]]) {
    if (value === null || value === undefined) continue;
    plot.append(svg("line", { class: kind, x1: left, x2: width - right, y1: y.at(value), y2: y.at(value) }));
    plot.append(svg("text", { class: "mark-label", x: left + 4, y: y.at(value) + (isCrowded && value <= Math.min(gate, floor) ? 14 : -4) }, `${name} ${percent(value)}`));
  }
  const there = known.map((point) => `${middle(point).toFixed(1)} ${y.at(point.upper).toFixed(1)}`);
  const back = known.toReversed().map((point) => `${middle(point).toFixed(1)} ${y.at(point.lower).toFixed(1)}`);
  plot.append(svg("path", { class: "area", d: `M${[...there, ...back].join("L")}Z` }));
  plot.append(svg("path", { class: "line", d: `M${known.map((point) => `${middle(point).toFixed(1)} ${y.at(point.total_f1).toFixed(1)}`).join("L")}` }));
  for (const point of known) {
    const own = point.tp + point.fp + point.fn;
    if (own === 0) continue;
    plot.append(svg("circle", { class: "dot", cx: middle(point).toFixed(1), cy: y.at(point.f1).toFixed(1), r: Math.min(6, 1.5 + Math.sqrt(own) / 3).toFixed(1) },
      svg("title", {}, `${clock(point.at, true)}: F1 ${percent(point.f1)} of ${many(own, "informative comparison")} (TP ${point.tp}, FP ${point.fp}, FN ${point.fn}); since the range began ${percent(point.total_f1)}, ${percent(point.lower)} to ${percent(point.upper)} of ${point.informative}`)));
  }
  return figure(title, note, svg("svg", { viewBox: plot.getAttribute("viewBox"), role: "img", "aria-label": plot.getAttribute("aria-label"), class: "series-0" }, [...plot.childNodes]));
}
