// SPDX-License-Identifier: Apache-2.0
// Elements and numbers. Whatever comes from vendors and clients becomes a text node or an attribute here, never markup.

/** An element: `h("a", {href, class, onclick}, "text", child, [children])`. Null, false and "" children are left out. */
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

const thin = "\u202f";
const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export function count(number) {
  return number === null || number === undefined ? "–" : plain.format(number);
}

/** `1 sample`, `2,000 samples`. */
export function many(number, word) {
  return `${count(number)} ${word}${number === 1 ? "" : "s"}`;
}

export function short(number) {
  if (number >= 1e9) return `${digits(number / 1e9)}${thin}G`;
  if (number >= 1e6) return `${digits(number / 1e6)}${thin}M`;
  if (number >= 1e4) return `${digits(number / 1e3)}${thin}k`;
  return number < 10 && !Number.isInteger(number) ? digits(number) : count(number);
}

export function milliseconds(value) {
  if (value === null || value === undefined) return "–";
  if (value === 0) return `0${thin}ms`;
  if (value >= 60000) return `${digits(value / 60000)}${thin}min`;
  if (value >= 1000) return `${digits(value / 1000)}${thin}s`;
  if (value >= 1) return `${digits(value)}${thin}ms`;
  return `${digits(value * 1000)}${thin}µs`;
}

export function bytes(value) {
  if (value >= 1 << 20) return `${digits(value / (1 << 20))}${thin}MiB`;
  if (value >= 1024) return `${digits(value / 1024)}${thin}KiB`;
  return many(value, "byte");
}

export function percent(value) {
  if (value === null || value === undefined) return "–";
  const hundredths = value * 100;
  const places = hundredths > 99 && hundredths < 100 || hundredths > 0 && hundredths < 1 ? 2 : hundredths === 0 || hundredths === 100 ? 0 : 1;
  return `${hundredths.toFixed(places)}${thin}%`;
}

/** Three digits that matter. */
function digits(value) {
  if (value === 0) return "0";
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1).replace(/\.0$/, "") : value.toFixed(2).replace(/\.?0+$/, "");
}

const two = (number) => String(number).padStart(2, "0");

/** Local time: with the date where it is not today. */
export function clock(at, withDate = new Date(at).toDateString() !== new Date().toDateString()) {
  const time = new Date(at);
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} `;
  return `${withDate ? date : ""}${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

export function timeElement(at, withDate) {
  return h("time", { datetime: new Date(at).toISOString(), title: new Date(at).toISOString() }, clock(at, withDate));
}

export function badge(text, kind) {
  return h("span", { class: `badge ${kind}` }, text);
}

/** What the colour of a state is. */
export function kindOf(exchange) {
  if (exchange.outcome === "refused" || exchange.outcome === "broken" || exchange.status >= 400) return "bad";
  if (exchange.verdict === "invalid" || exchange.valid_calls < exchange.calls) return "bad";
  if (exchange.outcome === "abandoned" || exchange.findings.length > 0) return "warn";
  return "good";
}
