// SPDX-License-Identifier: Apache-2.0
// The list: the filters of `belay list`, newest first, and new ones as they come.

import { get, live } from "./api.js";
import { h, count, milliseconds, many, timeElement, badge, kindOf } from "./dom.js";
import { choice } from "./overview.js";

const names = ["vendor", "model", "finding", "outcome", "verdict", "status", "since", "text", "where"];
/** More rows than this are taken off the end while new ones come in. */
const longest = 500;

export async function showExchanges(main, { parameters, signal, go }) {
  document.title = "Exchanges · Belay";
  const asked = Object.fromEntries(names.map((name) => [name, parameters.get(name) ?? ""]));
  const known = await get("/api/names", {}, signal);
  const note = h("p", { class: "complaint", role: "alert", id: "complaint" });
  const body = h("tbody", {});
  const state = h("span", { class: "hint", id: "live-state", "aria-live": "polite" });
  const liveBox = h("input", { type: "checkbox", id: "live", checked: sessionStorage.getItem("belay-live") !== "off", onchange: () => {
    sessionStorage.setItem("belay-live", liveBox.checked ? "on" : "off");
    if (liveBox.checked) go("exchanges", asked); else { stop.abort(); state.textContent = "paused"; }
  } });
  const stop = new AbortController();
  signal.addEventListener("abort", () => stop.abort());
  const more = h("button", { type: "button", class: "older", hidden: true }, "Older");
  const none = h("p", { class: "notice", hidden: true }, "No exchange passes these filters.");
  main.replaceChildren(
    h("div", { class: "bar" }, h("h1", {}, "Exchanges"), h("label", { class: "check" }, liveBox, " Live"), state),
    form(asked, known, note, go),
    h("div", { class: "scroll" }, h("table", { class: "list" },
      h("thead", {}, h("tr", {}, ["Time", "Vendor", "Model", "Status", "Finish", "Calls", "Findings", "Tokens in / out", "First token", "Total"].map((name) => h("th", { scope: "col" }, name)))),
      body)),
    none, more);

  const shown = new Set();
  const add = (exchange, place) => {
    if (shown.has(exchange.id)) return;
    shown.add(exchange.id);
    none.hidden = true;
    body[place](row(exchange));
    while (place === "prepend" && body.rows.length > longest) body.rows[body.rows.length - 1].remove();
  };
  let next = null, last = 0;
  const load = async () => {
    const page = await get("/api/exchanges", { ...asked, before: next, limit: 50 }, signal);
    for (const exchange of page.exchanges) {
      add(exchange, "append");
      last = Math.max(last, exchange.sequence);
    }
    next = page.next;
    more.hidden = next === null;
    none.hidden = shown.size > 0;
  };
  more.addEventListener("click", () => load().catch((error) => complain(note, asked, error)));
  try {
    await load();
  } catch (error) {
    if (error.status !== 400) throw error;
    complain(note, asked, error);
    return;
  }
  if (!liveBox.checked) { state.textContent = "paused"; return; }
  const follow = live({ ...asked, since: "", after: last || "" }, (exchange) => {
    add(exchange, "prepend");
    body.rows[0]?.classList.add("new");
  }, (text) => { state.textContent = text; }, stop.signal);
  follow.catch((error) => { if (!stop.signal.aborted) state.textContent = error.message; });
}

function form(asked, known, note, go) {
  const all = (text, list) => [["", text], ...list.map((one) => [one, one])];
  const given = (list, value) => value && !list.includes(value) ? [...list, value] : list;
  const submit = (event) => {
    event?.preventDefault();
    go("exchanges", Object.fromEntries(new FormData(element)));
  };
  const field = (label, control, wide) => h("label", { class: wide ? "wide" : "" }, h("span", {}, label), control);
  const ages = [["", "any time"], ["15m", "last 15 minutes"], ["1h", "last hour"], ["6h", "last 6 hours"], ["24h", "last 24 hours"], ["7d", "last 7 days"], ["30d", "last 30 days"]];
  const element = h("form", { class: "filters", onsubmit: submit, role: "search" },
    field("Vendor", choice("vendor", all("all", given(known.vendors, asked.vendor)), asked.vendor, submit)),
    field("Model", choice("model", all("all", given(known.models, asked.model)), asked.model, submit)),
    field("Finding", choice("finding", all("any or none", given(known.findings, asked.finding)), asked.finding, submit)),
    field("Outcome", choice("outcome", all("all", ["completed", "refused", "broken", "abandoned"]), asked.outcome, submit)),
    field("Verdict", choice("verdict", all("all", given(["valid", "invalid", "unknown"], asked.verdict)), asked.verdict, submit)),
    field("Status", h("input", { name: "status", value: asked.status, placeholder: "200, 5xx", size: 8 })),
    field("Time", choice("since", given(ages.map(([key]) => key), asked.since).map((key) => ages.find(([one]) => one === key) ?? [key, key]), asked.since, submit)),
    field("Text", h("input", { name: "text", value: asked.text, placeholder: "words in requests and answers", type: "search" }), true),
    field("Expression", h("input", {
      name: "where", id: "where", value: asked.where, spellcheck: "false", autocapitalize: "off", autocomplete: "off", list: "fields",
      placeholder: "finish_reason == 'stop' && findings has 'completion.empty'", "aria-describedby": "complaint",
    }), true),
    h("datalist", { id: "fields" }, known.fields.map((one) => h("option", { value: one.name }, one.meaning))),
    h("div", { class: "buttons" }, h("button", {}, "Filter"), " ", h("a", { href: "#/exchanges" }, "Clear")),
    note);
  return element;
}

/** What is wrong with the question, with a caret below the column where an expression stops making sense. */
function complain(note, asked, error) {
  const column = error.answer?.column;
  note.replaceChildren(column
    ? h("span", {}, h("code", { class: "caret" }, `${asked.where}\n${" ".repeat(column - 1)}^`), `Column ${column}: ${error.message}`)
    : error.message);
}

function row(exchange) {
  const calls = exchange.calls === 0 ? "–" : exchange.valid_calls === exchange.calls ? count(exchange.calls) : `${exchange.valid_calls} of ${exchange.calls} valid`;
  const cell = (label, ...content) => h("td", { "data-label": label, class: content.length > 0 && content[0] === "–" ? "empty" : "" }, content);
  return h("tr", { class: kindOf(exchange), "data-id": exchange.id, onclick: (event) => { if (!event.target.closest("a")) location.hash = `#/exchanges/${exchange.id}`; } },
    h("th", { scope: "row" }, h("a", { class: "row-link", href: `#/exchanges/${encodeURIComponent(exchange.id)}` }, timeElement(exchange.started_at))),
    cell("Vendor", exchange.vendor || "–"),
    cell("Model", h("span", { class: "clip", title: exchange.model }, exchange.model || "–")),
    cell("Status", badge(exchange.status || "none", exchange.status >= 400 || exchange.status === 0 ? "bad" : "good"), exchange.outcome === "completed" ? "" : [" ", badge(exchange.outcome, "warn")]),
    cell("Finish", h("span", { class: "clip", title: exchange.finish_reason }, exchange.finish_reason || exchange.error || "–"), exchange.attempts > 1 ? h("small", {}, many(exchange.attempts, "attempt")) : "", exchange.repairs > 0 ? h("small", {}, many(exchange.repairs, "repair")) : ""),
    cell("Calls", exchange.calls > 0 && exchange.valid_calls < exchange.calls ? badge(calls, "bad") : calls),
    cell("Findings", exchange.findings.length === 0 ? "–" : exchange.findings.map((code) => [badge(code, "warn"), " "])),
    cell("Tokens", exchange.tokens.input === null && exchange.tokens.output === null ? "–" : `${count(exchange.tokens.input)} / ${count(exchange.tokens.output)}`),
    cell("First token", milliseconds(exchange.first_token_ms)),
    cell("Total", milliseconds(exchange.total_ms)));
}
