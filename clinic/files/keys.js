// One key for what is done often; never while somebody is typing.
import { make } from "./element.js";
import { say } from "./words.js";

let current = {};

// key -> { does, told: what the help says }, until the next call.
export function keys(table) {
  current = table;
}

export function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.matches("input, textarea, select");
    if (typing && event.key !== "Escape") return;
    const found = event.key === "?" ? { does: help } : current[event.key];
    if (!found) return;
    event.preventDefault();
    found.does();
  });
}

export function dialog(title, ...content) {
  const close = make("button", { class: "quiet", onclick: () => shown.close() }, say("Tutup (Esc)", "Close (Esc)"));
  const shown = make(
    "dialog",
    { "aria-labelledby": "dialog-title", onclose: () => shown.remove() },
    make("h2", { id: "dialog-title" }, title),
    ...content,
    make("p", { class: "answers" }, close),
  );
  document.body.append(shown);
  shown.showModal();
  close.focus();
  return shown;
}

export function help() {
  const rows = Object.entries(current)
    .filter(([, one]) => one.told)
    .map(([key, one]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, one.told)]);
  dialog(say("Tombol pintas", "Keyboard shortcuts"), make("dl", { class: "keys" }, rows.flat()));
}
