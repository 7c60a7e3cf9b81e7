// SPDX-License-Identifier: Apache-2.0
// One exchange: what happened, why it counts, and the bytes that prove it.

import { get, getBytes } from "./api.js";
import { h, svg, count, milliseconds, bytes, many, timeElement, badge } from "./dom.js";
import { conversation, answer, call } from "./conversation.js";
import { comparisons } from "./comparison.js";

/** Longer bodies are not taken apart in the page, only shown as bytes. */
const readable = 4 << 20;

export async function showExchange(main, { id, signal, back }) {
  const exchange = await get(`/api/exchanges/${encodeURIComponent(id)}`, {}, signal);
  if (signal.aborted) return;
  document.title = `${exchange.id} · Belay`;
  const told = h("section", { id: "conversation" }, h("h2", {}, "Conversation"), h("p", { class: "hint" }, "Loading …"));
  main.replaceChildren(
    h("p", {}, h("a", { href: back }, back.startsWith("#/comparisons") ? "← Comparisons" : "← Exchanges")),
    h("div", { class: "bar" }, h("h1", {}, timeElement(exchange.started_at, true)), badge(exchange.outcome, exchange.outcome === "completed" ? "good" : exchange.outcome === "abandoned" ? "warn" : "bad"), badge(exchange.status || "no status", exchange.status >= 400 || !exchange.status ? "bad" : "good"), exchange.verdict && exchange.verdict !== "none" ? badge(exchange.verdict, exchange.verdict === "invalid" ? "bad" : exchange.verdict === "unknown" ? "warn" : "good") : "", h("code", { class: "id" }, exchange.id)),
    facts(exchange), findings(exchange), timeline(exchange), told, ...comparisons(exchange), repairs(exchange), raw(exchange, signal));
  told.replaceChildren(h("h2", {}, "Conversation"), ...await tell(exchange, signal));
}

function facts(exchange) {
  const pairs = [
    ["Vendor", exchange.vendor || "none"], ["Model", exchange.model || "none"], ["Request", `${exchange.method} ${exchange.path}`],
    ["Mode", exchange.mode || "passed through"],
    ["Finish reason", exchange.first_finish_reason && exchange.first_finish_reason !== exchange.finish_reason ? `${exchange.finish_reason || "none"} (the vendor's first: ${exchange.first_finish_reason})` : exchange.finish_reason || "none"],
    ["Tool calls", exchange.calls === 0 ? "none" : `${count(exchange.calls)}, ${count(exchange.valid_calls)} valid`],
    ["K2VV's check", exchange.k2vv_checked_calls === 0 ? "no calls" : `${exchange.k2vv_valid_calls} of ${exchange.k2vv_checked_calls} pass (first attempt)`],
    ["Tokens", `${count(exchange.tokens.input)} in${exchange.tokens.cached ? ` (${count(exchange.tokens.cached)} cached)` : ""}, ${count(exchange.tokens.output)} out${exchange.tokens.reasoning ? ` (${count(exchange.tokens.reasoning)} reasoning)` : ""}`],
    ["First byte", milliseconds(exchange.first_byte_ms)], ["First token", milliseconds(exchange.first_token_ms)], ["Total", milliseconds(exchange.total_ms)],
    exchange.overhead_ms === null ? null : ["Belay's overhead", milliseconds(exchange.overhead_ms)],
    ["Size", `${bytes(exchange.request_bytes)} up, ${bytes(exchange.response_bytes)} down`],
    exchange.error ? ["Error", `${exchange.error}${exchange.fault ? ` (fault: ${exchange.fault})` : ""}`] : null,
    ...exchange.comparisons.map((one) => [`Compared with ${one.reference}`, `${one.cell === "none" ? "not compared" : one.cell.toUpperCase()}${one.payloads_agree === null ? "" : one.payloads_agree ? ", calls agree" : ", calls differ"}`]),
  ];
  return h("dl", { class: "facts" }, pairs.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

function findings(exchange) {
  if (exchange.findings.length === 0) return "";
  const kinds = { error: "bad", warning: "warn", info: "" };
  return h("section", {}, h("h2", {}, "Findings"), h("ul", { class: "findings" }, exchange.findings.map((finding) => h("li", { class: kinds[finding.severity] },
    h("p", {}, badge(finding.code, kinds[finding.severity]), " ", h("strong", {}, finding.message || finding.summary)),
    h("p", { class: "hint" }, finding.message ? `${finding.summary} ` : "", finding.effect),
    h("p", { class: "hint" }, [finding.attempt === null ? null : `attempt ${finding.attempt + 1}`, finding.choice === null ? null : `choice ${finding.choice}`, finding.call === null ? null : `call ${finding.call + 1}`].filter(Boolean).join(", "), finding.path ? [" ", h("code", {}, finding.path)] : "")))));
}

// MARK: Attempts

/** A bar for each attempt: waiting is hatched pale, the answer is solid. */
function timeline(exchange) {
  if (exchange.attempts.length === 0) return "";
  const width = 640, left = 150, row = 30, end = Math.max(exchange.total_ms, ...exchange.attempts.map((one) => one.started_ms + one.total_ms), 0.001);
  const x = (ms) => left + ms / end * (width - left - 60);
  const height = exchange.attempts.length * row + 26;
  const plot = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${many(exchange.attempts.length, "attempt")} in ${milliseconds(end)}` });
  for (const share of [0, 0.5, 1]) {
    plot.append(svg("line", { class: "grid", x1: x(share * end), x2: x(share * end), y1: 4, y2: height - 20 }));
    plot.append(svg("text", { class: "tick", x: x(share * end), y: height - 6, "text-anchor": "middle" }, milliseconds(share * end)));
  }
  exchange.attempts.forEach((one, index) => {
    const y = index * row + 6;
    const stop = one.started_ms + one.total_ms;
    // A first byte is told from the exchange's start, or from the attempt's by older recordings: never beyond its end.
    const first = one.first_byte_ms === null ? stop : Math.min(stop, Math.max(one.started_ms, one.first_byte_ms));
    const bad = one.error || one.status >= 400 || one.status === 0;
    plot.append(svg("g", { class: bad ? "bad" : "good" },
      svg("title", {}, `attempt ${index + 1}: ${one.rung || "first"} at ${one.vendor}, ${milliseconds(one.started_ms)} to ${milliseconds(stop)}`),
      svg("text", { class: "label", x: left - 8, y: y + 14, "text-anchor": "end" }, `${index + 1} ${one.rung || "first"}`),
      svg("rect", { class: "wait", x: x(one.started_ms), y, width: Math.max(1, x(first) - x(one.started_ms)), height: 18, rx: 3 }),
      svg("rect", { class: "answer", x: x(first), y, width: Math.max(1, x(stop) - x(first)), height: 18, rx: 3 }),
      svg("text", { class: "label", x: Math.min(x(stop) + 6, width - 56), y: y + 14 }, one.status ? one.status : "none")));
  });
  const calls = (index) => exchange.assembled_calls.filter((one) => one.attempt === index);
  return h("section", {}, h("h2", {}, exchange.attempts.length === 1 ? "Attempt" : "Attempts"), h("figure", { class: "timeline" }, plot, h("figcaption", { class: "hint" }, "Pale: waiting for the vendor. Solid: its answer.")),
    h("ol", { class: "attempts" }, exchange.attempts.map((one, index) => h("li", {},
      h("strong", {}, one.rung || "first"), ` at ${one.vendor}`, one.model && one.model !== exchange.model ? ` as ${one.model}` : "", ": ",
      one.status ? `status ${one.status}` : "no answer", one.finish_reason ? `, ${one.finish_reason}` : "", one.error ? [", ", badge(one.error, "bad")] : "",
      one.first_byte_ms === null ? "" : `, first byte after ${milliseconds(one.first_byte_ms)}`, `, ${milliseconds(one.total_ms)} in all, ${bytes(one.response_bytes)}`,
      one.aborted_at_byte === null ? "" : [", ", badge(`stopped at byte ${one.aborted_at_byte}`, "warn")],
      index < exchange.attempts.length - 1 && calls(index).length > 0 ? h("details", {}, h("summary", {}, many(calls(index).length, "call"), " that the client did not get"), calls(index).map((item) => call(item))) : ""))));
}

// MARK: Conversation

async function tell(exchange, signal) {
  const parts = [];
  if (!exchange.request) parts.push(h("p", { class: "hint" }, "The request was not kept."));
  else if (exchange.request.bytes > readable) parts.push(h("p", { class: "hint" }, `The request is too long to be shown as a conversation (${bytes(exchange.request.bytes)}).`));
  else parts.push(conversation(await text(exchange, { of: "request" }, signal), exchange.edits));
  const last = exchange.attempts.length - 1;
  const calls = exchange.assembled_calls.filter((one) => one.attempt === Math.max(last, 0));
  let body = null;
  if (exchange.response && exchange.response.bytes <= readable) body = await text(exchange, { of: "response" }, signal);
  parts.push(answer(body, calls, exchange));
  return parts;
}

async function text(exchange, parameters, signal) {
  return new TextDecoder().decode(await getBytes(`/api/exchanges/${exchange.id}/body`, parameters, signal));
}

function repairs(exchange) {
  if (exchange.repairs.length === 0) return "";
  return h("section", {}, h("h2", {}, "Repairs"), h("ul", { class: "edits" }, exchange.repairs.map((one) => h("li", {},
    badge(one.rule, "warn"), ` call ${one.call + 1} `, one.path ? h("code", {}, one.path) : "",
    h("pre", {}, h("del", {}, one.before), "\n", h("ins", {}, one.after))))));
}

// MARK: Bytes

function raw(exchange, signal) {
  const sides = [];
  if (exchange.request) sides.push(["Request from the client", { of: "request" }, exchange.request]);
  exchange.attempts.forEach((one, index) => {
    if (one.request) sides.push([`Request of attempt ${index + 1}`, { of: "request", attempt: index }, one.request]);
    if (one.response) sides.push([`Response of attempt ${index + 1}`, { of: "response", attempt: index }, one.response]);
  });
  if (exchange.response && !exchange.attempts.at(-1)?.response) sides.push(["Response to the client", { of: "response" }, exchange.response]);
  if (sides.length === 0) return "";
  return h("section", {}, h("h2", {}, "Raw bytes"), sides.map(([title, parameters, message]) => {
    const place = h("pre", { class: "raw", tabindex: 0 }, "Loading …");
    let isLoaded = false;
    return h("details", { class: "raw", ontoggle: async (event) => {
      if (!event.target.open || isLoaded) return;
      isLoaded = true;
      try {
        const whole = await text(exchange, parameters, signal);
        place.textContent = whole.length > readable ? `${whole.slice(0, readable)}\n… (${whole.length - readable} characters more)` : whole || "(empty)";
      } catch (error) {
        isLoaded = false;
        place.textContent = error.message;
      }
    } }, h("summary", {}, title, " ", h("small", {}, bytes(message.bytes), message.omitted_bytes > 0 ? `, ${bytes(message.omitted_bytes)} left out` : "")),
      message.headers.length > 0 ? h("pre", { class: "headers" }, message.headers.map(([name, value]) => `${name}: ${value}`).join("\n")) : "", place);
  }));
}
