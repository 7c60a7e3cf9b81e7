// SPDX-License-Identifier: Apache-2.0
// Plots as SVG. Each has axes with units, a legend, and a title for whoever listens instead of looking.

import { h, svg, clock } from "./dom.js";

/** Of every plot, in units of its picture. */
export const width = 640, height = 220, left = 66, right = 10, top = 10, bottom = 26;

/** Bounds that read well: 1, 2 or 5 times a power of ten, about four steps. */
function ticks(max) {
  if (!(max > 0)) return [0, 1];
  const raw = max / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= raw);
  const found = [];
  for (let at = 0; at < max + step; at += step) found.push(Number(at.toPrecision(6)));
  return found;
}

export function frame(title, y, format, since, until) {
  const plot = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title });
  for (const at of y.marks) {
    const place = y.at(at);
    plot.append(svg("line", { class: "grid", x1: left, x2: width - right, y1: place, y2: place }));
    plot.append(svg("text", { class: "tick", x: left - 6, y: place + 4, "text-anchor": "end" }, format(at)));
  }
  const days = until - since > 2 * 86400000;
  for (const [share, anchor] of [[0, "start"], [0.5, "middle"], [1, "end"]]) {
    const at = since + share * (until - since);
    const text = days ? clock(at, true).slice(5, 16) : clock(at, false).slice(0, 5);
    plot.append(svg("text", { class: "tick", x: left + share * (width - left - right), y: height - 8, "text-anchor": anchor }, text));
  }
  return plot;
}

function scale(max) {
  const marks = ticks(max);
  const end = marks.at(-1);
  return { marks, at: (value) => height - bottom - value / end * (height - top - bottom) };
}

/** Names in the order of their colours; null for one that is not shown. */
function legend(names) {
  return h("ul", { class: "legend" }, names.map((name, index) => name && h("li", { class: `series-${index % 8}` }, h("span", { class: "swatch" }), name)));
}

export function figure(title, note, ...content) {
  return h("figure", {}, h("figcaption", {}, h("strong", {}, title), note ? h("span", { class: "hint" }, ` ${note}`) : ""), content);
}

/**
 * Lines over time. `series`: `[{name, points: [{at, value, samples}]}]`; `value` null is a gap. `bucket`: milliseconds between
 * neighbours, beyond which a line is broken.
 */
export function lines(title, note, series, { since, until, bucket, format, max, unit = "sample" }) {
  const shown = series.map((one) => ({ ...one, points: one.points.filter((point) => point.value !== null) }));
  const values = shown.flatMap((one) => one.points.map((point) => point.value));
  if (values.length === 0) return figure(title, note, h("p", { class: "hint none" }, "No samples in this range."));
  const y = scale(max ?? Math.max(...values));
  const x = (at) => left + (at + bucket / 2 - since) / (until - since) * (width - left - right);
  const plot = frame(title, y, format, since, until);
  shown.forEach((one, index) => {
    const group = svg("g", { class: `series-${index % 8}` });
    let path = "", before = null;
    for (const point of one.points) {
      path += `${before !== null && point.at - before <= bucket * 1.5 ? "L" : "M"}${x(point.at).toFixed(1)} ${y.at(point.value).toFixed(1)}`;
      before = point.at;
    }
    group.append(svg("path", { class: "line", d: path }));
    for (const point of one.points) {
      group.append(svg("circle", { cx: x(point.at).toFixed(1), cy: y.at(point.value).toFixed(1), r: one.points.length > 60 ? 1.5 : 3 },
        svg("title", {}, `${one.name}, ${clock(point.at)}: ${format(point.value)} (${point.samples} ${unit}${point.samples === 1 ? "" : "s"})`)));
    }
    plot.append(group);
  });
  return figure(title, note, plot, legend(shown.map((one) => one.points.length > 0 ? one.name : null)));
}

/** Stacked bars over time. `parts`: names from the bottom up; `points`: `[{at, values: {name: number}}]`. */
export function bars(title, note, parts, points, { since, until, bucket, format }) {
  const sums = points.map((point) => parts.reduce((sum, part) => sum + (point.values[part] ?? 0), 0));
  if (!sums.some((sum) => sum > 0)) return figure(title, note, h("p", { class: "hint none" }, "None in this range."));
  const y = scale(Math.max(...sums));
  const scaleX = (width - left - right) / (until - since);
  const plot = frame(title, y, format, since, until);
  parts.forEach((part, index) => {
    const group = svg("g", { class: `series-${index % 8}` });
    for (const point of points) {
      const value = point.values[part] ?? 0;
      if (value === 0) continue;
      const below = parts.slice(0, index).reduce((sum, one) => sum + (point.values[one] ?? 0), 0);
      const start = Math.max(left, left + (point.at - since) * scaleX);
      const end = Math.min(width - right, left + (point.at + bucket - since) * scaleX);
      if (end <= start) continue;
      group.append(svg("rect", {
        class: "stack", x: start.toFixed(1), width: Math.max(1, end - start - 1).toFixed(1),
        y: y.at(below + value).toFixed(1), height: Math.max(0.5, y.at(below) - y.at(below + value)).toFixed(1),
      }, svg("title", {}, `${part}, ${clock(point.at)}: ${format(value)}`)));
    }
    plot.append(group);
  });
  return figure(title, note, plot, legend(parts));
}

/** Distributions over a logarithmic axis of milliseconds, as shares. `series`: `[{name, buckets: [[ms, samples]]}]`. */
export function distribution(title, note, series, format) {
  const shown = series.filter((one) => one.buckets.length > 0);
  if (shown.length === 0) return figure(title, note, h("p", { class: "hint none" }, "No samples in this range."));
  const all = shown.flatMap((one) => one.buckets.map(([ms]) => Math.log2(Math.max(ms, 0.001))));
  const first = Math.floor(Math.min(...all)), last = Math.max(first + 1, Math.ceil(Math.max(...all) + 0.001));
  // Quarters of an octave: the finer buckets of the store are noise to the eye.
  const steps = (last - first) * 4;
  const shares = shown.map((one) => {
    const total = one.buckets.reduce((sum, [, samples]) => sum + samples, 0);
    const sums = new Array(steps).fill(0);
    for (const [ms, samples] of one.buckets) sums[Math.min(steps - 1, Math.floor((Math.log2(Math.max(ms, 0.001)) - first) * 4))] += samples / total;
    return { name: one.name, sums, total };
  });
  const y = scale(Math.max(...shares.flatMap((one) => one.sums)));
  const x = (step) => left + step / steps * (width - left - right);
  const plot = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title });
  for (const at of y.marks) {
    plot.append(svg("line", { class: "grid", x1: left, x2: width - right, y1: y.at(at), y2: y.at(at) }));
    plot.append(svg("text", { class: "tick", x: left - 6, y: y.at(at) + 4, "text-anchor": "end" }, `${Number((at * 100).toPrecision(3))}\u202f%`));
  }
  const every = Math.max(1, Math.ceil((last - first) / 6));
  for (let octave = first; octave <= last; octave += every) {
    const anchor = octave === first ? "start" : octave === last ? "end" : "middle";
    plot.append(svg("text", { class: "tick", x: x((octave - first) * 4), y: height - 8, "text-anchor": anchor }, format(2 ** octave)));
  }
  shares.forEach((one, index) => {
    let path = `M${x(0)} ${y.at(0)}`;
    one.sums.forEach((share, step) => { path += `L${x(step).toFixed(1)} ${y.at(share).toFixed(1)}L${x(step + 1).toFixed(1)} ${y.at(share).toFixed(1)}`; });
    path += `L${x(steps)} ${y.at(0)}`;
    plot.append(svg("g", { class: `series-${index % 8}` }, svg("path", { class: "area", d: path }), svg("path", { class: "line", d: path }),
      svg("title", {}, `${one.name}: ${one.total} samples`)));
  });
  return figure(title, note, plot, legend(shares.map((one) => `${one.name} (${one.total})`)));
}
