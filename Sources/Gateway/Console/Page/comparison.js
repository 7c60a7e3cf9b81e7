// SPDX-License-Identifier: Apache-2.0
// An exchange's answer beside the reference's: how both ended, what both called, and where the calls differ.

import { h, count, many, badge } from "./dom.js";
import { argumentsBlock } from "./conversation.js";

const words = { tp: "Both called tools.", fp: "Only the vendor called a tool.", fn: "Only the reference called a tool.", tn: "Neither called a tool.", none: "A side did not finish, so this is not compared." };

export function comparisons(exchange) {
  return exchange.comparisons.map((one) => comparison(one, exchange));
}

function comparison(one, exchange) {
  const isSelf = one.kind === "reference";
  const kind = one.cell === "fp" || one.cell === "fn" ? "bad" : one.cell === "none" ? "warn" : "good";
  const tokens = one.prompt_token_difference;
  return h("section", { class: "comparison" },
    h("h2", {}, isSelf ? `${one.reference} asked twice` : `Compared with ${one.reference}`),
    h("p", {}, badge(one.cell === "none" ? "not compared" : one.cell.toUpperCase(), kind), " ", isSelf ? "The second answer beside the first: the noise floor." : words[one.cell], " ",
      one.payloads_agree === null ? "" : badge(one.payloads_agree ? "calls alike" : "calls differ", one.payloads_agree ? "good" : "warn"),
      tokens === null ? "" : h("small", {}, ` prompt tokens: ${tokens > 0 ? "+" : ""}${tokens}${Math.abs(tokens) > 3 ? ", which suggests another chat template" : ""}`)),
    h("div", { class: "sides" }, side(isSelf ? "second answer" : exchange.vendor || one.vendor, one.answer, one), side(isSelf ? "first answer" : one.reference, one.other, one)),
    differences(one));
}

function side(name, answer, one) {
  const calls = answer.calls ?? [];
  return h("div", {},
    h("p", {}, h("strong", {}, name), " ", badge(answer.finish ?? "no finish reason", ""), answer.prompt_tokens === undefined ? "" : h("small", {}, ` ${count(answer.prompt_tokens)} prompt tokens`)),
    calls.length === 0 ? h("p", { class: "hint" }, "No calls.") : calls.map((call) => h("div", { class: `call ${call.valid ? "" : "bad"}` },
      h("p", {}, h("code", { class: "name" }, call.name), " ", badge(call.valid ? "K2VV: pass" : "K2VV: fail", call.valid ? "good" : "bad")),
      one.differences.length === 0 && one.payloads_agree === false ? h("p", { class: "hint" }, "The arguments are kept no longer.") : argumentsBlock(call.arguments, []))));
}

function differences(one) {
  if (one.differences.length === 0) return "";
  const value = (text) => text === null ? h("small", {}, "nothing there") : h("code", {}, text);
  return h("div", { class: "scroll differences", tabindex: 0 }, h("table", {},
    h("caption", { class: "hint" }, many(one.differences.length, "difference")),
    h("thead", {}, h("tr", {}, ["Tool", "Path", "Vendor", "Reference"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, one.differences.map((item) => h("tr", {},
      h("th", { scope: "row" }, h("code", {}, item.tool)), h("td", {}, item.path === "" ? h("small", {}, "the whole") : h("code", {}, item.path)),
      h("td", {}, value(item.vendor)), h("td", {}, value(item.reference)))))));
}
