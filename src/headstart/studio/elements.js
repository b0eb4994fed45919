// Small elements. Strings go in as text, never as markup.
import { t } from "./en.js";

export const byId = (id) => document.getElementById(id);

export function el(tag, facts = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(facts)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "text") made.textContent = value;
    else if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name === "className" ? "class" : name, value);
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

// A part of a drawing.
export function shape(tag, facts, ...inside) {
  const made = document.createElementNS(byId("drawing").namespaceURI, tag);
  for (const [name, value] of Object.entries(facts)) made.setAttribute(name, value);
  made.append(...inside);
  return made;
}

let timer = 0;
export function say(text) {
  byId("status").textContent = text;
  clearTimeout(timer);
  timer = setTimeout(() => { byId("status").textContent = ""; }, 8000);
}

export function dialog(title, ...inside) {
  const box = byId("dialog");
  box.replaceChildren(el("h2", { id: "dialog-title", text: title }), ...inside.filter(Boolean));
  box.showModal();
  return box;
}

export function closing(box) {
  return el("button", { type: "button", className: "quiet", text: t("close"), onclick: () => box.close() });
}

// What is being done, and how far it is.
export function waiting({ what, done, total }, beginning) {
  const text = what ? `${what}…` : beginning;
  const bar = el("progress", { "aria-label": text });
  if (total && done < total) { bar.max = total; bar.value = done; }
  return [el("p", { className: "doing", text }), bar];
}

export function fill() {
  for (const one of document.querySelectorAll("[data-t]")) one.textContent = t(one.dataset.t);
}
