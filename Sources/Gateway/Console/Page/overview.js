// SPDX-License-Identifier: Apache-2.0
// Vendors side by side, and what happened over time.

import { get } from "./api.js";
import { h, count, many, short, milliseconds, percent, badge } from "./dom.js";
import { lines, bars, distribution } from "./plots.js";

const ranges = [["1h", "last hour"], ["6h", "last 6 hours"], ["24h", "last 24 hours"], ["7d", "last 7 days"], ["30d", "last 30 days"]];
const severities = { fatal: "bad", degrade: "warn", info: "" };

export async function showOverview(main, { parameters, signal, go }) {
  document.title = "Overview · Belay";
  const asked = { range: parameters.get("range") ?? "24h", model: parameters.get("model") ?? "" };
  const fetchAll = () => Promise.all([
    get("/api/overview", asked, signal), get("/api/names", {}, signal), get("/api/status", {}, signal),
  ]);
  const first = await fetchAll();
  if (signal.aborted) return;
  const change = (name) => (event) => go("", { ...asked, [name]: event.target.value });
  const model = choice("model", [], asked.model, change("model"));
  const note = h("span", { class: "hint", id: "overview-note" });
  const content = h("div", { id: "overview" });
  main.replaceChildren(
    h("div", { class: "bar" },
      h("h1", {}, "Overview"),
      h("label", {}, "Range ", choice("range", ranges, asked.range, change("range"))),
      h("label", {}, "Model ", model),
      note),
    content);
  let drawn = "";
  const draw = ([overview, names, status]) => {
    const vendors = order(Object.keys(overview.vendors), status.vendors);
    const total = vendors.reduce((sum, vendor) => sum + overview.vendors[vendor].requests, 0);
    note.textContent = many(total, "request");
    // What is the same is left as it is: somebody may be pointing at it.
    const { since, until, ...data } = overview;
    const state = JSON.stringify([data, names.models, status.store?.failure_reason, status.vendors]);
    if (state === drawn) return;
    drawn = state;
    fill(model, [["", "all models"], ...names.models.map((name) => [name, name])], asked.model);
    content.replaceChildren(
      ...failing(status.store),
      ...total === 0 && overview.drops.length === 0
        ? [h("div", { class: "notice" }, h("p", {}, "Nothing was recorded in this range. Send a request through the proxy, or choose a longer range."))]
        : [table(vendors, overview, asked), plots(vendors, overview), findings(vendors, overview, asked)]);
  };
  draw(first);
  refresh(fetchAll, draw, (text) => { note.textContent = text; }, signal);
}

const refreshMilliseconds = 5000;

/** Asks again every few seconds while the page is looked at. */
async function refresh(fetchAll, draw, say, signal) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, refreshMilliseconds));
    if (signal.aborted) return;
    if (document.hidden) continue;
    try {
      const answers = await fetchAll();
      if (signal.aborted) return;
      draw(answers);
    } catch (error) {
      if (signal.aborted) return;
      say(`not up to date: ${error.message}`);
    }
  }
}

/** That exchanges are lost now is the first thing to know. */
function failing(store) {
  if (!store?.failure) return [];
  return [h("div", { class: "notice bad", role: "alert", id: "store-failing" },
    h("p", {}, badge(`store.${store.failure_reason}`, "bad"), " Exchanges cannot be recorded: ", store.failure, ". Requests are served all the same; those that do not fit the queue are counted below as not recorded."))];
}

/** In the order of the configuration; names that are no longer in it follow. */
function order(names, configured) {
  return [...configured.filter((name) => names.includes(name)), ...names.filter((name) => !configured.includes(name))];
}

const title = (vendor) => vendor === "" ? "no vendor" : vendor;

export function choice(name, options, value, onchange) {
  const select = h("select", { name, id: name, onchange });
  fill(select, options, value);
  return select;
}

function fill(select, options, value) {
  if (document.activeElement === select) return;
  select.replaceChildren(...options.map(([key, text]) => h("option", { value: key, selected: key === value }, text)));
}

// MARK: Side by side

function table(vendors, overview, asked) {
  const rate = (ratio) => [percent(ratio.value), h("small", {}, `${count(ratio.part)} of ${count(ratio.samples)}`)];
  const time = (measure) => (traffic) => {
    const one = traffic.latency[measure];
    return one.samples === 0 ? "–" : [
      h("span", { title: "median" }, milliseconds(one.p50_ms)), h("small", {}, `p90 ${milliseconds(one.p90_ms)} · p99 ${milliseconds(one.p99_ms)}`),
      h("small", {}, many(one.samples, "sample"))];
  };
  const rows = [
    ["Requests", (traffic) => [count(traffic.requests), h("small", {}, `${count(traffic.streams)} streamed`)], "of the vendor that answered; schema accuracy and findings are those of the vendors that were asked"],
    ["Errors", (traffic) => rate(traffic.error_rate)],
    ["Answers with tool calls", (traffic) => rate(traffic.tool_call_rate)],
    ["Schema accuracy", (traffic) => rate(traffic.schema_accuracy), "K2VV's: of answers that finished with tool_calls, those whose calls all pass its check"],
    ["Valid calls", (traffic) => rate(traffic.valid_calls), "of the calls that clients received, those that are valid by the careful verdict"],
    ["Time to first token", time("first_token")],
    ["Total time", time("total")],
    ["Belay's overhead", time("overhead"), "what Belay itself added"],
    ["Tokens a second", (traffic) => traffic.tokens_per_second.value === null ? "–" : [`${traffic.tokens_per_second.value.toFixed(1)} /s`, h("small", {}, many(traffic.tokens_per_second.samples, "stream"))], "output tokens after the first, over all streams where both are known"],
    ["Tokens in / out", (traffic) => [`${short(traffic.input_tokens)} / ${short(traffic.output_tokens)}`, h("small", {}, `${short(traffic.cached_tokens)} cached`)]],
    ["Retried", (traffic) => [...rate(traffic.retried), h("small", {}, many(traffic.retries, "further attempt"))]],
    ["Repairs", (traffic) => count(traffic.repairs)],
    ["Ids made canonical", (traffic) => count(traffic.ids_rewritten)],
    ["Client left early", (traffic) => count(traffic.abandoned)],
  ];
  return h("section", { "aria-label": "Vendors side by side" }, h("div", { class: "scroll", tabindex: 0 }, h("table", { class: "figures" },
    h("thead", {}, h("tr", {}, h("th", {}, ""), vendors.map((vendor) => h("th", { scope: "col" }, h("a", { href: `#/exchanges?${new URLSearchParams({ vendor, since: asked.range })}` }, title(vendor)))))),
    h("tbody", {}, rows.map(([name, cell, help]) => h("tr", {}, h("th", { scope: "row", title: help }, name), vendors.map((vendor) => h("td", {}, cell(overview.vendors[vendor])))))))));
}

// MARK: Over time

function plots(vendors, overview) {
  const { since, until } = overview;
  const frame = { since, until, bucket: overview.bucket_ms };
  const by = (pick) => vendors.map((vendor) => ({
    name: title(vendor),
    points: overview.series.filter((point) => point.vendor === vendor).map((point) => ({ at: point.start, ...pick(point) })),
  }));
  const sum = (pick) => vendors.reduce((all, vendor) => all + pick(overview.vendors[vendor]), 0);
  const latency = (measure) => vendors.map((vendor) => ({ name: title(vendor), buckets: overview.vendors[vendor].latency[measure].histogram }));
  const codes = Object.keys(overview.findings).map((code) => [code, sum((traffic) => traffic.findings[code] ?? 0)]).sort((one, two) => two[1] - one[1]);
  const shown = codes.slice(0, 7).map(([code]) => code);
  const rest = codes.length > 7 ? "all others" : null;
  const reasons = [...new Set(overview.drops.map((drop) => drop.reason))];
  const lost = new Map();
  for (const { start, reason, exchanges } of overview.drops) lost.set(start, { ...lost.get(start), [reason]: exchanges });
  const lostTotal = overview.drops.reduce((all, drop) => all + drop.exchanges, 0);
  const starts = new Map();
  for (const point of overview.series) {
    const values = starts.get(point.start) ?? {};
    for (const [code, number] of Object.entries(point.findings)) {
      const name = shown.includes(code) ? code : rest;
      values[name] = (values[name] ?? 0) + number;
    }
    starts.set(point.start, values);
  }
  return h("section", { class: "plots", "aria-label": "Over time" },
    lines("Requests", `per ${milliseconds(overview.bucket_ms)} · ${many(sum((traffic) => traffic.requests), "request")}`, by((point) => ({ value: point.requests, samples: point.requests })), { ...frame, format: short, unit: "request" }),
    lines("Errors", `share of requests · ${many(sum((traffic) => traffic.error_rate.part), "error")} of ${count(sum((traffic) => traffic.requests))}`, by((point) => ({ value: point.requests ? point.errors / point.requests : null, samples: point.requests })), { ...frame, format: percent, unit: "request" }),
    bars("Findings by code", `exchanges per ${milliseconds(overview.bucket_ms)} · ${count(codes.reduce((all, [, number]) => all + number, 0))} in all`, rest ? [...shown, rest] : shown, [...starts].map(([at, values]) => ({ at, values })), { ...frame, format: short }),
    bars("Not recorded", `served and lost to the store, by reason · ${many(lostTotal, "exchange")}`, reasons, [...lost].map(([at, values]) => ({ at, values })), { ...frame, format: short }),
    lines("Schema accuracy", `K2VV's · ${many(sum((traffic) => traffic.schema_accuracy.samples), "answer")} with tool_calls`, by((point) => ({ value: point.schema_accuracy.value, samples: point.schema_accuracy.samples })), { ...frame, format: percent, max: 1, unit: "answer" }),
    lines("Time to first token", `median · ${many(sum((traffic) => traffic.latency.first_token.samples), "sample")}`, by((point) => ({ value: point.first_token.p50_ms, samples: point.first_token.samples })), { ...frame, format: milliseconds }),
    lines("Tokens a second", `after the first token · ${many(sum((traffic) => traffic.tokens_per_second.samples), "stream")}`, by((point) => ({ value: point.tokens_per_second.value, samples: point.tokens_per_second.samples })), { ...frame, format: short, unit: "stream" }),
    distribution("Time to first token, how it is spread", "share of samples", latency("first_token"), milliseconds),
    distribution("Total time, how it is spread", "share of samples", latency("total"), milliseconds));
}

// MARK: Findings

function findings(vendors, overview, asked) {
  const codes = Object.entries(overview.findings);
  if (codes.length === 0) return h("section", {}, h("h2", {}, "Findings"), h("p", { class: "hint" }, "None in this range."));
  return h("section", {}, h("h2", {}, "Findings"), h("div", { class: "scroll", tabindex: 0 }, h("table", { class: "codes" },
    h("thead", {}, h("tr", {}, h("th", {}, "Code"), h("th", {}, "What it is"), vendors.map((vendor) => h("th", { class: "number", scope: "col" }, title(vendor))))),
    h("tbody", {}, codes.map(([code, text]) => h("tr", {},
      h("th", { scope: "row" }, h("a", { href: `#/exchanges?${new URLSearchParams({ finding: code, since: asked.range })}` }, code), " ", text.severity ? badge(text.severity, severities[text.severity] ?? "") : ""),
      h("td", { class: "text" }, text.summary, " ", h("small", {}, text.effect)),
      vendors.map((vendor) => h("td", { class: "number", "data-label": title(vendor) }, overview.vendors[vendor].findings[code] ? count(overview.vendors[vendor].findings[code]) : "–"))))))));
}
