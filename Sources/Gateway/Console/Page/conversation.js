// SPDX-License-Identifier: Apache-2.0
// A conversation as a person reads it, with what Belay changed and what is wrong marked in place.

import { h, badge, many } from "./dom.js";

/** The request's messages and settings. `edits` are marked at the values that they change. */
export function conversation(text, edits) {
  let request;
  try { request = JSON.parse(text); } catch { return h("div", {}, h("p", { class: "hint" }, "The request is not JSON."), h("pre", { class: "raw" }, text)); }
  const open = new Map(edits.map((edit) => [edit.pointer, edit]));
  const messages = Array.isArray(request?.messages) ? request.messages : [];
  const told = messages.map((message, index) => tellMessage(message, index, open));
  const settings = Object.keys(Object(request)).filter((key) => key !== "messages" && key !== "tools");
  const rest = [...open.values()];
  return h("div", {},
    rest.length > 0 ? h("ul", { class: "edits", id: "edits" }, rest.map((edit) => h("li", {}, h("code", {}, edit.pointer), " ", change(edit), " ", badge(edit.rule, "warn")))) : "",
    h("details", {}, h("summary", {}, "Settings and tools ", h("small", {}, many(Array.isArray(request?.tools) ? request.tools.length : 0, "tool"))),
      h("dl", { class: "facts" }, settings.map((key) => h("div", {}, h("dt", {}, key), h("dd", {}, show(request[key]))))),
      (Array.isArray(request?.tools) ? request.tools : []).map((tool) => h("details", {}, h("summary", {}, h("code", {}, tool?.function?.name ?? tool?.type ?? "?")), h("pre", {}, JSON.stringify(tool, null, 2))))),
    h("ol", { class: "messages" }, told));
}

const show = (value) => typeof value === "string" ? value : JSON.stringify(value);

/** What stood there, and what went to the vendor. */
function change(edit) {
  return h("span", { class: "edit", title: `changed by Belay: ${edit.rule}` },
    edit.before ? h("del", {}, plainText(edit.before)) : h("small", {}, "(missing)"), " ", edit.after ? h("ins", {}, plainText(edit.after)) : h("small", {}, "(taken out)"));
}

function plainText(json) {
  try { return show(JSON.parse(json)); } catch { return json; }
}

/** The value at a pointer, or the edit of it, which is then told. */
function marked(pointer, value, open) {
  const edit = open.get(pointer);
  if (!edit) return value;
  open.delete(pointer);
  return change(edit);
}

function tellMessage(message, index, open) {
  const base = `/messages/${index}`;
  const role = String(message?.role ?? "?");
  const calls = Array.isArray(message?.tool_calls) ? message.tool_calls : [];
  const head = [h("strong", {}, role)];
  if (message?.name) head.push(" ", marked(`${base}/name`, h("code", {}, message.name), open));
  if (message?.tool_call_id !== undefined || open.has(`${base}/tool_call_id`)) head.push(" ", h("small", {}, "answers "), h("code", { class: "call-id" }, marked(`${base}/tool_call_id`, message.tool_call_id, open)));
  const reasoning = message?.reasoning_content ?? message?.reasoning;
  const told = [
    reasoning ? h("details", {}, h("summary", {}, "Reasoning"), h("div", { class: "prose" }, show(reasoning))) : "",
    content(message?.content),
    calls.map((item, number) => h("div", { class: "call" },
      h("p", {}, h("code", { class: "name" }, item?.function?.name ?? "?"), " ", h("code", { class: "call-id" }, marked(`${base}/tool_calls/${number}/id`, item?.id ?? "", open))),
      argumentsBlock(String(item?.function?.arguments ?? ""), []))),
  ];
  const others = [...open.keys()].filter((pointer) => pointer === base || pointer.startsWith(`${base}/`)).map((pointer) => {
    const edit = open.get(pointer);
    open.delete(pointer);
    return h("li", {}, h("code", {}, pointer.slice(base.length)), " ", change(edit), " ", badge(edit.rule, "warn"));
  });
  return h("li", { class: `message ${["system", "user", "assistant", "tool"].includes(role) ? role : ""}` }, h("p", { class: "role" }, head), told, others.length > 0 ? h("ul", { class: "edits" }, others) : "");
}

function content(value) {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value === "string") return h("div", { class: "prose" }, value);
  if (!Array.isArray(value)) return h("pre", {}, JSON.stringify(value, null, 2));
  return value.map((part) => part?.type === "text" ? h("div", { class: "prose" }, String(part.text)) : h("p", { class: "hint" }, `[${part?.type ?? "part"}] `, JSON.stringify(part).slice(0, 200)));
}

// MARK: The answer

/** What came back: text and reasoning from the body, calls as they were assembled and judged. */
export function answer(body, calls, exchange) {
  const choices = body === null ? [] : choicesOf(body);
  const isRead = choices.some((choice) => choice.text || choice.reasoning);
  return h("ol", { class: "messages" }, h("li", { class: "message assistant answer" },
    h("p", { class: "role" }, h("strong", {}, "answer"), " ", h("small", {}, exchange.finish_reason || exchange.error)),
    choices.map((choice) => [
      choices.length > 1 ? h("p", { class: "hint" }, `choice ${choice.index}`) : "",
      choice.reasoning ? h("details", {}, h("summary", {}, "Reasoning"), h("div", { class: "prose" }, choice.reasoning)) : "",
      choice.text ? h("div", { class: "prose" }, choice.text) : "",
    ]),
    calls.map((one) => call(one)),
    body === null ? h("p", { class: "hint" }, "The answer's text was not kept.") : "",
    body !== null && !isRead && calls.length === 0 ? (body.trim() === "" ? h("p", { class: "hint" }, "The answer has no text and no calls.") : h("pre", { class: "raw" }, body.slice(0, 4000))) : ""));
}

function choicesOf(body) {
  const found = new Map();
  const take = (event, key) => {
    for (const choice of Array.isArray(event?.choices) ? event.choices : []) {
      const index = choice?.index ?? 0;
      const sum = found.get(index) ?? { index, text: "", reasoning: "" };
      const part = choice?.[key] ?? {};
      if (typeof part.content === "string") sum.text += part.content;
      const reasoning = part.reasoning_content ?? part.reasoning;
      if (typeof reasoning === "string") sum.reasoning += reasoning;
      found.set(index, sum);
    }
  };
  try {
    take(JSON.parse(body), "message");
  } catch {
    for (const line of body.split(/\r\n|\n|\r/)) {
      if (!line.startsWith("data:")) continue;
      try { take(JSON.parse(line.slice(5)), "delta"); } catch { /* [DONE], or a torn event: the raw bytes show it. */ }
    }
  }
  return [...found.values()].sort((one, two) => one.index - two.index);
}

/** A call as it was assembled, with the offending bytes of its arguments marked and told below. */
export function call(one) {
  const violations = Array.isArray(one.violations) ? one.violations : [];
  return h("div", { class: `call ${one.valid === false ? "bad" : ""}` },
    h("p", {}, h("code", { class: "name" }, one.name || "(no name)"), " ", h("code", { class: "call-id" }, one.id || "(no id)"), " ",
      one.valid === null ? "" : badge(one.valid ? "valid" : "invalid", one.valid ? "good" : "bad"), " ",
      one.k2vv_valid === null || one.k2vv_valid === one.valid ? "" : badge(one.k2vv_valid ? "K2VV: pass" : "K2VV: fail", one.k2vv_valid ? "good" : "bad")),
    argumentsBlock(one.arguments, violations),
    violations.length > 0 ? h("ol", { class: "violations" }, violations.map((violation) => h("li", {},
      h("strong", {}, violation.message ?? violation.keyword ?? "invalid"), " ",
      h("small", {}, [violation.schema_path ? `schema ${violation.schema_path}` : "", range(violation) ? `bytes ${range(violation).join("–")}` : ""].filter(Boolean).join(" · "))))) : "");
}

function range(violation) {
  if (Number.isInteger(violation.start) && Number.isInteger(violation.end)) return [violation.start, violation.end];
  const found = Array.isArray(violation.range) ? violation.range : violation.range ? [violation.range.start, violation.range.end] : null;
  return found && found.every(Number.isInteger) ? found : null;
}

/** Arguments laid out, a mark around the bytes of each violation: offsets count the UTF-8 as it was received. */
export function argumentsBlock(text, violations) {
  const ranges = violations.map((violation, number) => [range(violation), number + 1]).filter(([found]) => found);
  const hits = (from, to) => ranges.filter(([[start, end]]) => start === end ? from <= start && start < to : from < end && start < to).map(([, number]) => number);
  const block = h("pre", { class: "arguments" });
  let run = "", open = "";
  const flush = () => {
    if (run !== "") block.append(open ? h("mark", { title: `violation ${open}` }, run) : run);
    run = "";
  };
  for (const piece of laidOut(text)) {
    const numbers = piece.from === null ? open : hits(piece.from, piece.to).join(", ");
    if (numbers !== open) { flush(); open = numbers; }
    run += piece.text;
  }
  flush();
  return block;
}

/** Characters with their byte offsets, and between them the line breaks that make JSON readable (offset null). */
function laidOut(text) {
  const width = (character) => { const code = character.codePointAt(0); return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4; };
  let isJSON = true;
  try { JSON.parse(text); } catch { isJSON = false; }
  const pieces = [];
  let at = 0, depth = 0, inString = false, escaped = false;
  const gap = (white) => pieces.push({ text: white, from: null, to: null });
  for (const character of text) {
    const piece = { text: character, from: at, to: at += width(character) };
    if (!isJSON || inString) {
      pieces.push(piece);
      if (inString && !escaped && character === '"') inString = false;
      escaped = inString && !escaped && character === "\\";
      continue;
    }
    if (/\s/.test(character)) continue;
    const closes = character === "}" || character === "]";
    if (closes) {
      depth -= 1;
      if (!["{", "["].includes(pieces.at(-1)?.text)) gap(`\n${"  ".repeat(depth)}`);
    } else if (["{", "["].includes(pieces.at(-1)?.text) && pieces.at(-1).from !== null) gap(`\n${"  ".repeat(depth)}`);
    pieces.push(piece);
    if (character === '"') inString = true;
    if (character === "{" || character === "[") depth += 1;
    if (character === ",") gap(`\n${"  ".repeat(depth)}`);
    if (character === ":") gap(" ");
  }
  return pieces;
}
