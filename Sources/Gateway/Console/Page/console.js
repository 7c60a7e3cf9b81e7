// SPDX-License-Identifier: Apache-2.0
// The page's frame: which part is shown, its keys, light and dark. The address behind # says all of what is shown, so that it can
// be kept and sent to somebody.

import { get } from "./api.js";
import { h, count } from "./dom.js";
import { showOverview } from "./overview.js";
import { showExchanges } from "./exchanges.js";
import { showExchange } from "./exchange.js";
import { showFidelity, showComparisons } from "./fidelity.js";

const main = document.querySelector("main");
let current = null;
let listAddress = "#/exchanges";

function route() {
  const [path, search] = location.hash.replace(/^#/, "").split("?");
  if (path === "main") return;
  const parameters = new URLSearchParams(search ?? "");
  const parts = path.split("/").filter((part) => part !== "");
  current?.abort();
  current = new AbortController();
  const page = parts[0] === "exchanges" && parts[1] ? "exchange" : ["exchanges", "fidelity", "comparisons"].includes(parts[0]) ? parts[0] : "overview";
  for (const link of document.querySelectorAll("nav a")) {
    const isHere = link.dataset.page === ({ exchange: "exchanges", comparisons: "fidelity" }[page] ?? page);
    if (isHere) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  if (page === "exchanges" || page === "comparisons") listAddress = location.hash;
  const show = { overview: showOverview, exchanges: showExchanges, exchange: showExchange, fidelity: showFidelity, comparisons: showComparisons }[page];
  const signal = current.signal;
  show(main, { parameters, id: parts[1] && decodeURIComponent(parts[1]), signal, back: listAddress, go }).catch((error) => {
    if (signal.aborted) return;
    main.replaceChildren(h("div", { class: "notice", role: "alert" }, h("h1", {}, error.status === 404 && error.answer.recording === false ? "Recording is off" : "That did not work"), h("p", {}, error.message)));
    document.title = "Belay";
    if (!error.status) console.error(error);
  });
}

/** Shows another part, or the same with other parameters. */
function go(path, parameters = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) if (one !== "" && one !== null && one !== undefined) search.append(name, one);
  }
  const text = search.toString();
  const hash = `#/${path}${text ? `?${text}` : ""}`;
  if (location.hash === hash) route(); else location.hash = hash;
}

async function watchStatus() {
  const place = document.querySelector("#recording");
  try {
    const status = await get("/api/status");
    const dropped = Object.values(status.store?.dropped ?? {}).reduce((sum, one) => sum + one, 0);
    if (!status.recording) place.replaceChildren(h("span", { class: "badge", title: "Name a file under store: in belay.yaml" }, "recording is off"));
    else if (status.store.failure) place.replaceChildren(h("span", { class: "badge bad", title: status.store.failure }, "the store fails"));
    else if (status.fidelity?.alarms.length > 0) place.replaceChildren(h("a", { class: "badge bad", href: "#/fidelity", title: status.fidelity.alarms.map((one) => one.text).join("\n") }, `${status.fidelity.alarms.length} alarm${status.fidelity.alarms.length === 1 ? "" : "s"}`));
    else if (dropped > 0) place.replaceChildren(h("span", { class: "badge warn", title: JSON.stringify(status.store.dropped) }, `${count(dropped)} not recorded`));
    else place.replaceChildren(h("span", { class: "badge good" }, "recording"));
  } catch (error) {
    place.replaceChildren(h("span", { class: "badge bad", title: error.message }, "no answer"));
  }
}

// MARK: Light and dark

const themes = ["auto", "light", "dark"];

function applyTheme(theme) {
  document.documentElement.dataset.theme = theme;
  document.querySelector("#theme").textContent = { auto: "◐ auto", light: "☀ light", dark: "☾ dark" }[theme];
}

document.querySelector("#theme").addEventListener("click", () => {
  const next = themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % themes.length];
  localStorage.setItem("belay-theme", next);
  applyTheme(next);
});

// MARK: Keys

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isWriting = ["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName);
  if (isWriting) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const rows = [...document.querySelectorAll("a.row-link")];
  const place = rows.indexOf(document.activeElement);
  const actions = {
    o: () => go(""),
    e: () => go("exchanges"),
    f: () => go("fidelity"),
    u: () => { location.hash = listAddress; },
    l: () => document.querySelector("#live")?.click(),
    j: () => rows[Math.min(place + 1, rows.length - 1)]?.focus(),
    k: () => rows[Math.max(place - 1, 0)]?.focus(),
    "/": () => document.querySelector("#where")?.focus(),
    "?": () => document.querySelector("#keys").showModal(),
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

applyTheme(themes.includes(localStorage.getItem("belay-theme")) ? localStorage.getItem("belay-theme") : "auto");
window.addEventListener("hashchange", () => { route(); window.scrollTo(0, 0); });
document.addEventListener("keydown", onKey);
route();
watchStatus();
setInterval(watchStatus, 10000);
