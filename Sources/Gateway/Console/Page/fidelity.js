// SPDX-License-Identifier: Apache-2.0
// How faithfully each vendor serves the model: the verdicts, F1 over time, and the exchanges behind them.

import { get } from "./api.js";
import { h, count, many, percent, clock, timeElement, badge } from "./dom.js";
import { choice } from "./overview.js";
import { course } from "./course.js";

const ranges = [["1d", "today"], ["7d", "7 days"], ["30d", "30 days"], ["90d", "90 days"], ["365d", "a year"]];
const kinds = { faithful: "good", below_gate: "bad", undecided: "warn" };
const cells = { tp: "both called", fp: "only the vendor called", fn: "only the reference called", tn: "neither called", none: "a side did not finish" };

export async function showFidelity(main, { parameters, signal, go }) {
  document.title = "Fidelity · Belay";
  const asked = { range: parameters.get("range") ?? "7d" };
  const [answer, status] = await Promise.all([get("/api/fidelity", asked, signal), get("/api/status", {}, signal)]);
  if (signal.aborted) return;
  const compared = answer.rows.reduce((sum, row) => sum + row.comparisons, 0);
  main.replaceChildren(
    h("div", { class: "bar" }, h("h1", {}, "Fidelity"),
      h("label", {}, "Range ", choice("range", ranges, asked.range, (event) => go("fidelity", { range: event.target.value }))),
      h("span", { class: "hint" }, `${many(compared, "comparison")} with the reference`, answer.caught_up ? "" : ", still being read", answer.overlooked > 0 ? `, ${count(answer.overlooked)} of too many models left out` : "")),
    reference(status),
    alarms(answer),
    ...answer.rows.length === 0
      ? [h("div", { class: "notice" }, h("p", {}, "Nothing is compared in this range. Name a vendor as ", h("code", {}, "reference:"), " in belay.yaml, with a key of its own: a sample of live requests is then asked of both, and what comes of it appears here."))]
      : [table(answer, asked), plots(answer)]);
}

function reference(status) {
  const shadow = status.shadow;
  if (!shadow || shadow.state === "off") return "";
  const words = {
    no_key: `The reference ${shadow.reference} has no key of its own, so nothing is compared.`,
    paused: `The reference ${shadow.reference} fails and is left alone${shadow.paused_until ? ` until ${clock(shadow.paused_until)}` : ""}: ${shadow.reason}`,
    baseline: `Compared with the recorded answers of ${shadow.reference}.`,
    active: `Compared with ${shadow.reference}: ${count(shadow.requests_today)} of ${count(shadow.requests_per_day)} requests today, ${count(shadow.waiting)} waiting.`,
  };
  return h("p", { class: shadow.state === "active" || shadow.state === "baseline" ? "hint" : "notice", id: "reference" }, words[shadow.state] ?? "");
}

function alarms(answer) {
  if (answer.alarms.length === 0) return "";
  const sorted = [...answer.alarms].sort((one, two) => (one.resolved_at === null ? 0 : 1) - (two.resolved_at === null ? 0 : 1) || two.raised_at - one.raised_at);
  return h("ul", { class: "alarms", "aria-label": "Alarms" }, sorted.slice(0, 20).map((one) => h("li", { class: one.resolved_at === null ? "" : "over" },
    badge(one.kind.replaceAll("_", " "), one.resolved_at === null ? "bad" : "good"), " ", one.text, " ",
    h("small", {}, "since ", timeElement(one.raised_at, true), one.resolved_at === null ? "" : [", resolved ", timeElement(one.resolved_at, true)]))));
}

// MARK: The table

function table(answer, asked) {
  const cell = (label, ...content) => h("td", { "data-label": label }, content);
  const isOut = (row) => answer.out_of_rotation.some((one) => one.vendor === row.vendor && one.model === row.model);
  const names = ["Vendor", "Model", "Verdict", "F1", "Comparisons", "Noise floor", "Schema accuracy", "Same arguments", "Prompt tokens", "Disagreements"];
  return h("section", { "aria-label": "Vendors" }, h("div", { class: "scroll", tabindex: 0 }, h("table", { class: "list vendors" },
    h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, answer.rows.map((row) => h("tr", {},
      h("th", { scope: "row" }, h("a", { class: "row-link", href: address(row, asked, ["fp", "fn"]) }, row.vendor)),
      cell("Model", h("span", { class: "clip", title: row.model }, row.model)),
      cell("Verdict", badge(row.verdict_words, kinds[row.verdict] ?? ""), standing(answer, row).map((one) => [" ", h("span", { class: "badge bad", title: one.text }, `${one.kind.replaceAll("_", " ")} now`)]), isOut(row) ? [" ", badge("out of the rotation", "bad")] : ""),
      cell("F1", row.tool_call_f1 === null ? "–" : [h("strong", {}, percent(row.tool_call_f1)), h("small", {}, `${percent(row.f1_lower)} to ${percent(row.f1_upper)}`)]),
      cell("Comparisons", `${count(row.informative)} informative`, h("small", {}, `of ${count(row.comparisons)}`)),
      cell("Noise floor", row.floor_f1 === null ? "not measured" : [percent(row.floor_f1), h("small", {}, `${percent(row.floor_lower)} to ${percent(row.floor_upper)} of ${count(row.floor_informative)}`), row.floor_decision === "beyond" ? h("small", {}, "differs beyond it") : ""]),
      cell("Schema accuracy", percent(row.schema_accuracy), h("small", {}, `${count(row.successful_tool_call_count)} of ${count(row.count_finish_reason_tool_calls)}`)),
      cell("Same arguments", percent(row.both_called > 0 ? row.same_arguments / row.both_called : null), h("small", {}, `${count(row.same_arguments)} of ${count(row.both_called)}`)),
      cell("Prompt tokens", row.prompt_tokens_mean_difference === null ? "–" : [`${row.prompt_tokens_mean_difference < 0 ? "" : "+"}${row.prompt_tokens_mean_difference.toFixed(1)}`, h("small", {}, `${count(row.prompt_tokens_within_tolerance)} of ${count(row.prompt_tokens_compared)} within 3`)]),
      cell("Disagreements", [["fp", row.fp], ["fn", row.fn]].map(([name, number]) => [h("a", { href: address(row, asked, [name]), title: cells[name] }, `${name.toUpperCase()} ${count(number)}`), " "])))))))
  ,h("p", { class: "hint" }, "F1 is K2VV's tool_call_f1, by the vendor's raw finish reason; its interval is right at 95 % however often one looks. The noise floor is the reference against itself."));
}

/** Alarms that are on: a verdict is of the whole range, and things may have changed within it. */
function standing(answer, row) {
  return answer.alarms.filter((one) => one.resolved_at === null && one.vendor === row.vendor && one.model === row.model);
}

function address(row, asked, wanted) {
  const search = new URLSearchParams({ vendor: row.vendor, model: row.model, range: asked.range });
  for (const one of wanted) search.append("cell", one);
  return `#/comparisons?${search}`;
}

// MARK: Over time

function plots(answer) {
  return h("section", { class: "plots", "aria-label": "F1 over time" }, answer.series.map((one, index) => {
    const row = answer.rows[index];
    const mine = answer.alarms.filter((alarm) => alarm.vendor === one.vendor && alarm.model === one.model && alarm.kind !== "schema_accuracy");
    return course(`${one.vendor} · ${one.model}`, `F1 · ${many(row.informative, "informative comparison")}`, one.points,
      { since: answer.since, until: answer.until, bucket: answer.bucket_ms, gate: row.gate, floor: row.floor_f1, alarms: mine });
  }));
}

// MARK: Single comparisons

export async function showComparisons(main, { parameters, signal, go }) {
  document.title = "Comparisons · Belay";
  const asked = { vendor: parameters.get("vendor") ?? "", model: parameters.get("model") ?? "", kind: "vendor", range: parameters.get("range") ?? "7d", cell: parameters.getAll("cell") };
  const body = h("tbody", {});
  const more = h("button", { type: "button", hidden: true }, "Older");
  const none = h("p", { class: "notice", hidden: true }, "No comparison is of this kind.");
  const change = (name, isOn) => go("comparisons", { ...asked, kind: "", cell: isOn ? [...asked.cell, name] : asked.cell.filter((one) => one !== name) });
  main.replaceChildren(
    h("p", {}, h("a", { href: `#/fidelity?range=${encodeURIComponent(asked.range)}` }, "← Fidelity")),
    h("div", { class: "bar" }, h("h1", {}, "Comparisons"), h("span", { class: "hint" }, [asked.vendor, asked.model].filter(Boolean).join(" · ") || "all vendors"),
      Object.entries(cells).map(([name, words]) => h("label", { class: "check", title: words }, h("input", { type: "checkbox", name, checked: asked.cell.includes(name), onchange: (event) => change(name, event.target.checked) }), ` ${name === "none" ? "not compared" : name.toUpperCase()}`))),
    h("div", { class: "scroll" }, h("table", { class: "list" },
      h("thead", {}, h("tr", {}, ["Time", "Vendor", "Model", "Cell", "Vendor's finish", "Reference's finish", "Tools", "Calls", "Prompt tokens"].map((name) => h("th", { scope: "col" }, name)))), body)),
    none, more);
  let next = null;
  const load = async () => {
    const page = await get("/api/comparisons", { ...asked, before: next, limit: 50 }, signal);
    for (const one of page.comparisons) body.append(line(one));
    next = page.next;
    more.hidden = next === null;
    none.hidden = body.rows.length > 0;
  };
  more.addEventListener("click", () => load().catch((error) => { none.textContent = error.message; none.hidden = false; }));
  await load();
}

function line(one) {
  const cell = (label, ...content) => h("td", { "data-label": label, class: content[0] === "–" ? "empty" : "" }, content);
  const kind = one.cell === "fp" || one.cell === "fn" ? "bad" : one.payloads_agree === false || one.cell === "none" ? "warn" : "good";
  const time = timeElement(one.time);
  const open = one.exchange ? `#/exchanges/${encodeURIComponent(one.exchange)}` : null;
  return h("tr", { class: kind, onclick: (event) => { if (open && !event.target.closest("a")) location.hash = open; } },
    h("th", { scope: "row" }, open ? h("a", { class: "row-link", href: open }, time) : time),
    cell("Vendor", one.vendor), cell("Model", h("span", { class: "clip", title: one.model }, one.model)),
    cell("Cell", badge(one.cell === "none" ? "not compared" : one.cell.toUpperCase(), kind), h("small", {}, cells[one.cell])),
    cell("Vendor's finish", one.finish ?? "none"), cell("Reference's finish", one.reference_finish ?? "none"),
    cell("Tools", one.tools.length === 0 ? "–" : h("span", { class: "clip", title: one.tools.join(", ") }, one.tools.join(", "))),
    cell("Calls", one.payloads_agree === null ? "–" : badge(one.payloads_agree ? "alike" : "differ", one.payloads_agree ? "good" : "warn")),
    cell("Prompt tokens", one.prompt_token_difference === null ? "–" : `${one.prompt_token_difference > 0 ? "+" : ""}${one.prompt_token_difference}`));
}
