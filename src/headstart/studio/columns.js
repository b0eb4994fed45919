// A column a class: its name and color, what it holds, and every way to add to it.
import { t } from "./en.js";
import { byId, closing, dialog, el, say } from "./elements.js";
import { Refused, ask, post, query, read } from "./asking.js";
import { recordPictures, recordSounds } from "./capture.js";

const FEW = 24;
const MB = 2 ** 20;
const COLORS = 8;
const OF_BOXES = ["outside box", "double box", "empty box", "tiny box", "whole box", "unreadable label"];
const KINDS = ["unreadable", "duplicate", "conflict", "near", "suspect", ...OF_BOXES];
const ARCHIVE = /\.(zip|tar|tgz|gz)$/i;
const columns = new Map();
let state = null;
let active = "";

export function showColumns(told) {
  state = told;
  const names = told.classes.map((one) => one.name);
  for (const [name, one] of columns) if (!names.includes(name)) { one.root.remove(); columns.delete(name); }
  for (const facts of told.classes) {
    if (!columns.has(facts.name)) columns.set(facts.name, column(facts));
    update(columns.get(facts.name), facts);
  }
  const place = byId("columns");
  names.forEach((name, at) => {
    const root = columns.get(name).root;
    if (place.children[at] !== root) place.insertBefore(root, place.children[at] ?? null);
  });
}

// Boxes are of classes, their pictures of none.
const placeOf = (name) => (state.kind === "boxes" ? "" : name);

function column(facts) {
  const { name } = facts;
  const one = { name, revision: "", shown: FEW, items: [], kind: null };
  one.title = el("h3", { text: name });
  one.count = el("p", { className: "soft small" });
  one.problems = el("div", { className: "problems" });
  one.refused = el("div", { className: "refused", role: "alert" });
  one.adding = el("div", { className: "adding" });
  one.thumbs = el("ul", { className: "thumbs" });
  one.more = el("button", { type: "button", className: "quiet small", hidden: true,
    onclick: () => { one.shown = Infinity; list(one); one.thumbs.querySelector("button")?.focus(); } });
  one.root = el("article", { className: "card column", "aria-label": name },
    el("div", { className: "row head" }, el("span", { className: "swatch", "aria-hidden": "true" }), one.title,
      el("button", { type: "button", className: "quiet small", text: t("rename"),
        "aria-label": t("rename_class", { name }), onclick: () => edit(one) })),
    one.count, one.adding, one.refused, one.problems, one.thumbs, one.more);
  one.root.addEventListener("focusin", () => { active = name; });
  one.root.addEventListener("pointerenter", () => { active = name; });
  droppable(one.root, (transfer) => takeFiles(placeOf(name), transfer));
  one.thumbs.addEventListener("keydown", (event) => move(one, event));
  return one;
}

function update(one, facts) {
  one.root.className = `card column c${facts.color}`;
  one.facts = facts;
  const groups = facts.groups ? `, ${t("count_groups", { n: facts.groups })}` : "";
  const kind = state.kind || "image";
  one.count.textContent = t(kind === "boxes" ? "count_boxes" : "count", { n: facts.count }) + groups;
  if (one.kind !== kind) { one.kind = kind; adders(one, kind); }
  if (kind === "boxes") return;
  listProblems(one);
  if (one.revision !== facts.revision) { one.revision = facts.revision; fetchItems(one); }
}

async function fetchItems(one) {
  try {
    one.items = (await read(`examples?${query({ name: one.name })}`)).items;
    list(one);
  } catch { one.revision = ""; }
}

// What the class holds

function list(one) {
  const focused = one.thumbs.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const old = new Map([...one.thumbs.children].map((item) => [item.dataset.key, item]));
  const items = [...one.items].reverse();
  const found = items.slice(0, one.shown);
  one.thumbs.setAttribute("aria-label", t("thumbs_of", { name: one.name }));
  one.thumbs.classList.toggle("texts", state.kind === "text");
  one.thumbs.replaceChildren(...found.map((item) => {
    const kept = old.get(item.key);
    if (kept && kept.classList.contains("out") === item.out && kept.dataset.as === item.as) return kept;
    return thumb(one, item);
  }));
  one.thumbs.hidden = !found.length;
  one.more.hidden = items.length <= found.length;
  one.more.textContent = t("show_all", { n: items.length });
  const buttons = [...one.thumbs.querySelectorAll("button")];
  buttons.forEach((button, at) => { button.tabIndex = at ? -1 : 0; });
  if (focused !== null) (buttons.find((b) => b.dataset.key === focused) ?? buttons[0])?.focus();
}

const address = (name, key) => `thumbnail?${query({ class: name, key })}`;

function thumb(one, item) {
  const label = item.text || item.key;
  const told = item.out ? `${label}, ${t("left_out")}` : item.as ? `${label}, ${t("counts_as", { name: item.as })}` : label;
  const face = state.kind === "text" ? el("span", { text: item.text })
    : el("img", { src: address(one.name, item.key), alt: "", loading: "lazy", width: 72, height: 72 });
  if (face.tagName === "IMG") face.addEventListener("error", () => face.replaceWith(el("span", { className: "broken", text: "?" })));
  const button = el("button", { type: "button", "aria-label": told, title: told, "data-key": item.key,
    onclick: () => open(one, item) }, face);
  const color = state.classes.find((other) => other.name === item.as)?.color ?? 0;
  return el("li", { className: item.out ? "out" : item.as ? `moved c${color}` : "", "data-key": item.key, "data-as": item.as }, button);
}

function move(one, event) {
  const buttons = [...one.thumbs.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  if (at < 0) return;
  const row = Math.max(1, buttons.filter((b) => b.offsetTop === buttons[0].offsetTop).length);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + row, ArrowUp: at - row,
    Home: 0, End: buttons.length - 1 }[event.key];
  if (to !== undefined && buttons[to]) {
    event.preventDefault();
    buttons[at].tabIndex = -1;
    buttons[to].tabIndex = 0;
    buttons[to].focus();
  } else if (event.key === "Delete") {
    event.preventDefault();
    const beside = buttons[at + 1] ?? buttons[at - 1];
    removeItems(one.name, [buttons[at].dataset.key]);
    beside?.focus();
  }
}

async function removeItems(name, keys) {
  const told = await ask("remove", { name, keys });
  if (told) say(t("removed", { n: told.result }));
}

function open(one, item) {
  const box = byId("dialog");
  const name = state.kind === "text" ? item.text : `${one.name}/${item.key}`;
  const change = (path, body) => async () => { if (await ask(path, body)) box.close(); };
  const out = item.out || item.as
    ? el("button", { type: "button", text: t("take_back"), onclick: change("correct", { names: [name], back: true }) })
    : el("button", { type: "button", className: "quiet", text: t("leave_out"), title: t("leave_out_more"),
        onclick: change("correct", { names: [name] }) });
  dialog(state.kind === "text" ? one.name : item.key,
    state.kind === "text" ? el("blockquote", { text: item.text })
      : el("img", { className: "large", src: address(one.name, item.key), alt: item.key }),
    el("p", { className: "soft small", text: `${t("leave_out")} ${t("leave_out_more")}. ${t("remove")} ${t("remove_more")}.` }),
    item.as && el("p", { text: t("counts_as", { name: item.as }) }),
    el("div", { className: "row" }, out,
      el("button", { type: "button", className: "quiet", text: t("remove"),
        onclick: change("remove", { name: one.name, keys: [item.key] }) }), closing(box)));
}

// What the audit says

export function listProblems(one) {
  const open = state.findings.filter((f) => f.class === one.name && KINDS.includes(f.kind));
  const sign = JSON.stringify(open);
  if (one.sign === sign) return;
  one.sign = sign;
  if (!open.length) { one.problems.replaceChildren(); return; }
  const was = one.problems.querySelector("details")?.open;
  const serious = open.some((f) => f.kind !== "near");
  const copies = open.filter((f) => f.kind === "duplicate");
  one.problems.replaceChildren(el("details", { open: was ?? serious },
    el("summary", { text: t("findings", { n: open.length }) }),
    copies.length > 1 && el("button", { type: "button", className: "small", text: t("leave_out_copies", { n: copies.length }),
      onclick: () => ask("correct", { names: copies.map((f) => f.name), why: t("kind_duplicate") }) }),
    el("ul", {}, ...open.slice(0, 50).map((f) => finding(one, f)))));
}

function finding(one, found) {
  const why = t(`kind_${found.kind.replace(" ", "_")}`, { name: found.to });
  const about = found.text || found.key;
  const button = (text, className, facts) => el("button", { type: "button", className, text, "aria-label": `${text}: ${about}`,
    onclick: () => ask("correct", { names: [found.name], why, ...facts }) });
  const mend = found.kind === "suspect" ? el("span", { className: "row tight" }, button(t("it_is", { name: found.to }), "small", { label: found.to }),
    button(t("keep_as", { name: one.name }), "quiet small", { label: one.name }))
    : OF_BOXES.includes(found.kind) ? el("button", { type: "button", className: "quiet small", text: t("look"), "aria-label": `${t("look")}: ${about}`, onclick: () => one.open?.(found.key) })
    : found.kind !== "near" && button(t("leave_out"), "quiet small", {});
  const face = found.text ? el("span") : found.kind === "unreadable" ? el("span", { className: "broken", text: "?" })
    : el("img", { src: address(one.name, found.key), alt: "", width: 40, height: 40, loading: "lazy" });
  return el("li", { className: found.kind }, face, el("span", { className: "why" }, el("strong", { text: why }), " ",
    el("span", { className: "soft", text: found.reason ? `${about}: ${found.reason}` : about })), mend);
}

// Every way to add

function adders(one, kind) {
  const { name } = one;
  one.adding.hidden = one.thumbs.hidden = kind === "boxes";
  if (kind === "boxes") return;
  if (kind === "text") {
    const id = `texts-${Math.random().toString(36).slice(2)}`;
    const field = el("textarea", { id, rows: 3, "aria-label": t("type_texts_for", { name }), placeholder: t("type_texts") });
    one.adding.replaceChildren(field, el("button", { type: "button", className: "small", text: t("add_texts"),
      "aria-label": t("add_texts_to", { name }), onclick: async () => {
        const texts = field.value.split(/\r?\n/).filter((line) => line.trim());
        if (!texts.length) { field.focus(); return; }
        const told = await ask("texts", { name, texts });
        if (told) { field.value = ""; say(t("added_texts", { n: told.result })); }
      } }));
    return;
  }
  const field = el("input", { type: "file", multiple: true, className: "hidden-file", "aria-label": t("choose_files_for", { name }),
    accept: kind === "audio" ? "audio/*,.zip" : "image/*,.zip" });
  field.addEventListener("change", () => { upload(name, [...field.files]); field.value = ""; });
  const record = kind === "audio"
    ? el("button", { type: "button", className: "small", text: t("microphone"), "aria-label": t("microphone_for", { name }),
        onclick: () => recordSounds(t("microphone_for", { name }), (clips, burst) => upload(name, clips, burst)) })
    : el("button", { type: "button", className: "small", text: t("camera"), "aria-label": t("camera_for", { name }),
        onclick: () => recordPictures(t("camera_for", { name }), (frames, burst) => upload(name, frames, burst)) });
  one.adding.replaceChildren(
    el("label", { className: "drop" }, el("strong", { text: t(`drop_${kind}`) }), el("span", { className: "soft", text: t("choose_files") }), field),
    record);
}

export function droppable(place, taken) {
  for (const event of ["dragenter", "dragover"])
    place.addEventListener(event, (one) => { one.preventDefault(); one.stopPropagation(); place.classList.add("over"); });
  place.addEventListener("dragleave", (one) => { if (!place.contains(one.relatedTarget)) place.classList.remove("over"); });
  place.addEventListener("drop", (one) => {
    one.preventDefault();
    one.stopPropagation();
    place.classList.remove("over");
    taken(one.dataTransfer);
  });
}

export async function takeFiles(name, transfer) {
  const found = await walked(transfer);
  await upload(name, found.map((one) => one.file));
}

// Files that were dropped, however deep, each with the folders above it.
async function walked(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ file, folders: [] }));
  const found = [];
  const visit = async (entry, folders) => {
    if (entry.name.startsWith(".")) return;
    if (entry.isFile) {
      found.push({ file: await new Promise((done, fail) => entry.file(done, fail)), folders });
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((done, fail) => reader.readEntries(done, fail));
      if (!some.length) return;
      for (const inner of some) await visit(inner, [...folders, entry.name]);
    }
  };
  for (const entry of entries) await visit(entry, []);
  return found;
}

// Folders beside the columns, and those of a zip, become classes; files go to the column last used.
export function dropOnPage(now) {
  droppable(document.body, async (transfer) => {
    if (now()?.kind === "boxes") { await takeFiles("", transfer); return; }
    const found = await walked(transfer);
    const classes = new Map();
    const zips = found.filter(({ file, folders }) => !folders.length && ARCHIVE.test(file.name)).map((one) => one.file);
    if (zips.length) await upload("", zips);
    for (const { file, folders } of found) {
      if (zips.includes(file)) continue;
      const name = folders.at(-1) ?? (active || now()?.classes[0]?.name);
      if (name) classes.set(name, [...(classes.get(name) ?? []), file]);
    }
    for (const [name, files] of classes) {
      const there = now()?.classes.some((one) => one.name === name) || (await ask("class", { name }));
      if (there) await upload(name, files);
    }
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length && (active || now()?.kind === "boxes")) { event.preventDefault(); upload(placeOf(active), files); }
  });
}

export async function upload(name, files, burst = "") {
  const total = files.length;
  const sum = { kept: 0, same: 0, refused: [] };
  let done = 0;
  const waiting = [...files];
  const one = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      try {
        const most = ARCHIVE.test(file.name) ? 512 : 32;
        if (file.size > most * MB) throw new Refused({ code: "H413", what: t("too_large", { n: most }) });
        const told = await post(`file?${query({ class: name, name: file.name, burst })}`, file);
        sum.kept += told.kept;
        sum.same += told.same;
        sum.refused.push(...told.refused);
      } catch (error) {
        sum.refused.push({ name: file.name, code: error.code ?? "", what: error instanceof Refused ? error.message : t("gone") });
      }
      done += 1;
      if (done < total) say(t("adding", { done, total }));
    }
  };
  await Promise.all([one(), one(), one()]);
  const told = [["added", sum.kept], ["same", sum.same], ["refused", sum.refused.length]];
  say(told.filter(([, n]) => n).map(([key, n]) => t(key, { n })).join(", "));
  if (sum.refused.length) showRefused(columns.get(name)?.refused ?? byId("page-refused"), sum.refused);
  return sum;
}

function showRefused(place, refused) {
  const inside = el("div", { className: "warning" }, el("strong", { text: t("refused_title") }),
    el("ul", {}, ...refused.slice(0, 20).map((r) => el("li", {}, el("span", { className: "name", text: r.name }), ` ${r.what} `,
      r.code && el("code", { text: r.code })))),
    el("button", { type: "button", className: "quiet small", text: t("dismiss"), onclick: () => inside.remove() }));
  place.replaceChildren(inside);
}

// Name, color, removal

function edit(one) {
  const box = byId("dialog");
  const field = el("input", { id: "rename", value: one.name, maxlength: "60", autocomplete: "off" });
  const colors = el("fieldset", { className: "colors" }, el("legend", { text: t("color") }),
    ...Array.from({ length: COLORS }, (_, color) => el("label", { className: `c${color}` },
      el("input", { type: "radio", name: "color", value: String(color), checked: color === one.facts.color,
        "aria-label": t("color_of", { n: color + 1 }), onchange: () => ask("class/color", { name: one.name, color }) }),
      el("span", { className: "swatch" }))));
  const form = el("form", { onsubmit: async (event) => {
    event.preventDefault();
    if (field.value.trim() === one.name || (await ask("class/rename", { name: one.name, to: field.value }))) box.close();
  } }, el("label", { for: "rename", text: t("rename") }), field, colors,
    el("div", { className: "row" }, el("button", { text: t("save") }), closing(box),
      el("button", { type: "button", className: "quiet danger", text: t("remove_class"), onclick: () => removal(one) })));
  dialog(t("rename_class", { name: one.name }), form);
  field.select();
}

function removal(one) {
  const box = byId("dialog");
  box.close();
  dialog(t("remove_class"), el("p", { text: t("really_remove", { name: one.name }) }),
    el("div", { className: "row" },
      el("button", { type: "button", className: "danger", text: t("remove_class_named", { name: one.name }),
        onclick: async () => { if (await ask("remove", { name: one.name })) box.close(); } }),
      el("button", { type: "button", className: "quiet", text: t("cancel"), onclick: () => box.close() })));
}
