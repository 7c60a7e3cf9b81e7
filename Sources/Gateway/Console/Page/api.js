// SPDX-License-Identifier: Apache-2.0
// What the page asks the gateway. A token, where one is demanded, is asked for once a tab.

import { h } from "./dom.js";

const key = "belay-token";

export class APIError extends Error {
  constructor(status, answer) {
    super(answer.error ?? `the gateway answered ${status}`);
    this.status = status;
    this.answer = answer;
  }
}

export function query(parameters) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters ?? {})) {
    for (const one of [value].flat()) if (one !== undefined && one !== null && one !== "") search.append(name, one);
  }
  const text = search.toString();
  return text ? `?${text}` : "";
}

async function ask(path, signal) {
  for (;;) {
    const token = sessionStorage.getItem(key);
    let response;
    try {
      response = await fetch(path, { headers: token ? { Authorization: `Bearer ${token}` } : {}, signal });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new APIError(0, { error: "The gateway does not answer: it may have been stopped." });
    }
    if (response.status === 401) {
      // Another request may have asked and got a better one meanwhile.
      if (sessionStorage.getItem(key) === token) await askForToken(token !== null);
      continue;
    }
    if (response.ok) return response;
    const text = await response.text();
    let answer = {};
    try { answer = JSON.parse(text); } catch { answer = { error: text }; }
    throw new APIError(response.status, answer);
  }
}

export async function get(path, parameters, signal) {
  return (await ask(path + query(parameters), signal)).json();
}

export async function getBytes(path, parameters, signal) {
  return new Uint8Array(await (await ask(path + query(parameters), signal)).arrayBuffer());
}

/** Calls `take(data)` with the data of each `exchange` event, until the signal says stop. Connects again when cut off. */
export async function live(parameters, take, say, signal) {
  let after = parameters.after;
  while (!signal.aborted) {
    try {
      const response = await ask("/api/live" + query({ ...parameters, after }), signal);
      say("live");
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        text += value;
        const blocks = text.split("\n\n");
        text = blocks.pop();
        for (const block of blocks) {
          const field = (name) => block.split("\n").filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2)).join("\n");
          if (field("id")) after = field("id");
          if (field("event") === "exchange") take(JSON.parse(field("data")));
          if (field("event") === "failure") say(JSON.parse(field("data")).error);
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error.status >= 400 && error.status < 500) throw error;
      say("the connection is lost; trying again");
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

let asking = null;

function askForToken(isWrong) {
  asking ??= new Promise((resolve) => {
    const input = h("input", { type: "password", id: "token", autocomplete: "current-password", required: true });
    const form = h("form", { class: "notice", onsubmit: (event) => {
      event.preventDefault();
      sessionStorage.setItem(key, input.value.trim());
      form.remove();
      asking = null;
      resolve();
    } },
      h("h1", {}, "A token is needed"),
      h("p", {}, isWrong ? "That was not it. " : "", "This console can be reached from other machines. Its token is in the configuration (", h("code", {}, "console_token"), ") or in ", h("code", {}, "BELAY_CONSOLE_TOKEN"), "."),
      h("label", { for: "token" }, "Token "), input, " ", h("button", {}, "Go on"));
    document.querySelector("main").replaceChildren(form);
    input.focus();
  });
  return asking;
}
