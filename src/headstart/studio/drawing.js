// Boxes on one picture: drawn with a pointer, or made, moved and sized with keys.
import { t } from "./en.js";
import { byId, closing, dialog, el, say, shape } from "./elements.js";
import { Refused, post, query, send } from "./asking.js";

const SIDE = 1000;
const LEAST = 0.01;
const STEP = 0.01;
const HANDLE_PX = 14;
const SAME = 0.5;
const WAIT_MS = 400;
const CORNERS = [[0, 1], [2, 1], [0, 3], [2, 3]];
let now = null;

const clamp = (value, low = 0, high = 1) => Math.min(high, Math.max(low, value));
const classOf = (name) => now.state().classes.find((one) => one.name === name);
const percents = (box) => ({ left: Math.round(100 * box[0]), top: Math.round(100 * box[1]),
  wide: Math.round(100 * (box[2] - box[0])), high: Math.round(100 * (box[3] - box[1])) });

// Opens a picture; `items` are all of them in order, `state` says which classes there are.
export function openDrawing(items, key, state, changed) {
  const item = items.find((one) => one.key === key);
  if (!item) return;
  const label = now?.label && state().classes.some((one) => one.name === now.label) ? now.label : state().classes[0]?.name;
  now = { items, item, state, changed, label, boxes: (item.boxes ?? []).map((one) => ({ ...one, box: [...one.corners] })),
    none: item.boxes?.length === 0, revision: item.revision, chosen: -1, saved: Promise.resolve(), timer: 0, dirty: false };
  build();
}

function build() {
  const { item, items } = now;
  const box = byId("dialog");
  const at = items.indexOf(item);
  const image = el("img", { src: `picture?${query({ key: item.key })}`, alt: item.key, draggable: false });
  const over = shape("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, preserveAspectRatio: "none", "aria-hidden": "true" });
  now.over = over;
  now.image = image;
  now.list = el("ul", { className: "boxlist", "aria-label": t("boxes_of", { name: item.key }) });
  const none = el("input", { type: "checkbox", id: "nothing", checked: now.none, onchange: () => { now.none = none.checked; touched(); } });
  now.nothing = none;
  const go = (step, text) => el("button", { type: "button", className: "quiet", text, disabled: !items[at + step],
    onclick: async () => { const next = items[at + step].key; await flush(); openDrawing(now.items, next, now.state, now.changed); } });
  const tools = item.kept ? [el("p", { className: "warning", text: t("drawn_elsewhere") })]
    : [classes(), el("div", { className: "row" },
        el("button", { type: "button", id: "add-box", className: "small", text: t("add_box"), disabled: !now.label, onclick: added }),
        now.state().model.ready && el("button", { type: "button", className: "quiet small", text: t("suggest"), onclick: suggested }),
        el("label", { className: "check" }, none, el("span", { text: t("nothing_here") })))];
  if (!item.kept) over.addEventListener("pointerdown", pressed);
  const inside = [el("div", { className: "stage" }, image, over), ...tools, now.list,
    el("p", { className: "soft small", text: t("draw_more") }),
    el("div", { className: "row" }, go(-1, t("previous")), go(1, t("next_picture")), closing(box),
      el("button", { type: "button", className: "quiet danger", text: t("remove_picture"), onclick: removed }))];
  if (box.open) box.replaceChildren(el("h2", { id: "dialog-title", text: item.key }), ...inside.filter(Boolean));
  else {
    box.classList.add("drawing");
    dialog(item.key, ...inside);
    box.addEventListener("close", closed, { once: true });
  }
  image.addEventListener("load", sized);
  show();
}

async function closed() {
  byId("dialog").classList.remove("drawing");
  await flush();
}

async function removed() {
  clearTimeout(now.timer);
  now.dirty = false;
  await now.saved;
  const box = byId("dialog");
  try { await send("remove", { name: "", keys: [now.item.key] }); box.close(); } catch (error) { say(error.message); }
}

function classes() {
  return el("fieldset", { className: "colors named" }, el("legend", { text: t("box_class") }),
    ...now.state().classes.map((one) => el("label", { className: `c${one.color}` },
      el("input", { type: "radio", name: "box-class", value: one.name, checked: one.name === now.label,
        onchange: () => labeled(one.name) }),
      el("span", { className: "swatch", "aria-hidden": "true" }), el("span", { text: one.name }))),
    !now.label && el("p", { className: "soft", text: t("class_first") }));
}

function labeled(name) {
  now.label = name;
  if (now.chosen < 0) return;
  now.boxes[now.chosen].label = name;
  touched();
}

// As large as there is room for.
function sized() {
  const { image } = now;
  const room = [image.closest("dialog").clientWidth - 48, 0.56 * window.innerHeight];
  const by = Math.min(room[0] / image.naturalWidth, room[1] / image.naturalHeight);
  image.style.width = `${Math.round(by * image.naturalWidth)}px`;
  show();
}
addEventListener("resize", () => { if (now?.image.isConnected && now.image.naturalWidth) sized(); });

// What is seen

function show() {
  const wide = now.image.clientWidth || SIDE;
  const high = now.image.clientHeight || SIDE;
  const size = (box) => (box[2] - box[0]) * (box[3] - box[1]);
  const order = now.boxes.map((one, at) => at).sort((a, b) => size(now.boxes[b].box) - size(now.boxes[a].box));
  now.over.replaceChildren(...order.map((at) => {
    const { box, label } = now.boxes[at];
    const chosen = at === now.chosen ? " chosen" : "";
    return shape("rect", { class: `c${classOf(label)?.color ?? 7}${chosen}`, "data-at": at, x: SIDE * box[0], y: SIDE * box[1],
      width: SIDE * (box[2] - box[0]), height: SIDE * (box[3] - box[1]) });
  }));
  const chosen = now.boxes[now.chosen];
  if (chosen && !now.item.kept) {
    const [x, y] = [(SIDE * HANDLE_PX) / wide, (SIDE * HANDLE_PX) / high];
    now.over.append(...CORNERS.map(([a, b], corner) => shape("rect", { class: `handle c${classOf(chosen.label)?.color ?? 7}`, "data-corner": corner,
      x: SIDE * chosen.box[a] - x / 2, y: SIDE * chosen.box[b] - y / 2, width: x, height: y })));
  }
  const focused = [...now.list.querySelectorAll("button")].indexOf(document.activeElement);
  now.list.replaceChildren(...now.boxes.map((one, at) => el("li", {}, el("button", { type: "button",
    className: `quiet small c${classOf(one.label)?.color ?? 7}`, "aria-pressed": String(at === now.chosen),
    "aria-label": t("box_told", { name: one.label, n: at + 1, ...percents(one.box) }), onclick: () => choose(at),
    onfocus: () => { if (now.chosen !== at) choose(at); }, onkeydown: (event) => keyed(event, at) },
    el("span", { className: "swatch", "aria-hidden": "true" }), one.label))));
  if (focused >= 0) now.list.querySelectorAll("button")[focused]?.focus();
}

function choose(at) {
  now.chosen = at;
  const label = now.boxes[at]?.label;
  for (const one of byId("dialog").querySelectorAll("[name=box-class]")) if (label) one.checked = one.value === label;
  if (label) now.label = label;
  show();
}

// Pointer

function place(event) {
  const { left, top, width, height } = now.over.getBoundingClientRect();
  return [clamp((event.clientX - left) / width), clamp((event.clientY - top) / height)];
}

function pressed(event) {
  if (event.button !== 0) return;
  event.preventDefault();
  const { at, corner } = event.target.dataset;
  const from = place(event);
  const drawn = corner === undefined && at === undefined;
  if (drawn && !now.label) return;
  if (at !== undefined) choose(Number(at));
  const was = drawn ? null : now.boxes[now.chosen].box;
  const move = drawn ? drawing(from) : at === undefined ? sizing(Number(corner)) : moving(from);
  now.over.setPointerCapture(event.pointerId);
  const moved = (one) => { move(place(one)); show(); };
  now.over.addEventListener("pointermove", moved);
  const end = () => {
    now.over.removeEventListener("pointermove", moved);
    const { box } = now.boxes[now.chosen];
    if (drawn && !wide(box)) { now.boxes.splice(now.chosen, 1); now.chosen = -1; show(); return; }
    if (drawn || box.some((value, side) => value !== was[side])) touched();
  };
  now.over.addEventListener("lostpointercapture", end, { once: true });
}

// A click is no box; smaller ones that others drew stay.
const wide = (box) => box[2] - box[0] >= LEAST && box[3] - box[1] >= LEAST;
const tidy = (box) => [Math.min(box[0], box[2]), Math.min(box[1], box[3]), Math.max(box[0], box[2]), Math.max(box[1], box[3])];

function drawing([x, y]) {
  now.boxes.push({ label: now.label, box: [x, y, x, y] });
  now.chosen = now.boxes.length - 1;
  return (to) => { now.boxes[now.chosen].box = tidy([x, y, ...to]); };
}

function moving([x, y]) {
  const was = [...now.boxes[now.chosen].box];
  return (to) => { now.boxes[now.chosen].box = shifted(was, to[0] - x, to[1] - y); };
}

function sizing(corner) {
  const was = [...now.boxes[now.chosen].box];
  const [a, b] = CORNERS[corner];
  return (to) => { const box = [...was]; box[a] = to[0]; box[b] = to[1]; now.boxes[now.chosen].box = tidy(box); };
}

function shifted(box, right, down) {
  const x = clamp(right, -box[0], 1 - box[2]);
  const y = clamp(down, -box[1], 1 - box[3]);
  return [box[0] + x, box[1] + y, box[2] + x, box[3] + y];
}

// Keys

function added() {
  now.boxes.push({ label: now.label, box: [0.35, 0.35, 0.65, 0.65] });
  choose(now.boxes.length - 1);
  touched();
  now.list.querySelectorAll("button")[now.chosen].focus();
}

function keyed(event, at) {
  const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
  const one = now.boxes[at];
  const digit = "123456789".indexOf(event.key);
  if (now.item.kept) return;
  if (x || y) {
    if (event.shiftKey) one.box = [one.box[0], one.box[1], clamp(one.box[2] + x * STEP, one.box[0] + LEAST), clamp(one.box[3] + y * STEP, one.box[1] + LEAST)];
    else one.box = shifted(one.box, x * STEP, y * STEP);
  } else if (["Delete", "Backspace"].includes(event.key)) {
    now.boxes.splice(at, 1);
    now.chosen = -1;
  } else if (digit >= 0 && now.state().classes[digit]) {
    one.label = now.state().classes[digit].name;
    choose(at);
  } else return;
  event.preventDefault();
  touched();
  (now.list.querySelectorAll("button")[Math.min(at, now.boxes.length - 1)] ?? byId("add-box")).focus();
}

// What the model finds, to be set right; not what is drawn already

const areaOf = (box) => Math.max(0, box[2] - box[0]) * Math.max(0, box[3] - box[1]);

function overlap(a, b) {
  const both = areaOf([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
  return both / (areaOf(a) + areaOf(b) - both);
}

async function suggested() {
  try {
    const raw = await (await fetch(now.image.src)).blob();
    const [answer] = await post("try", raw);
    const { naturalWidth, naturalHeight } = now.image;
    const sides = [naturalWidth, naturalHeight, naturalWidth, naturalHeight];
    const found = (answer.boxes ?? []).filter((one) => classOf(one.label))
      .map((one) => ({ label: one.label, box: one.box.map((value, at) => clamp(value / sides[at])) }));
    const more = found.filter(({ box }) => wide(box)).filter((one) => !now.boxes.some((own) => own.label === one.label && overlap(own.box, one.box) > SAME));
    now.boxes.push(...more);
    now.chosen = -1;
    say(t("suggested", { n: more.length }));
    if (more.length) touched();
  } catch (error) { say(error instanceof Refused ? error.message : t("gone")); }
}

// Kept as soon as something changed

function touched() {
  if (now.boxes.length) now.none = false;
  now.nothing.checked = now.none;
  now.dirty = true;
  clearTimeout(now.timer);
  now.timer = setTimeout(flush, WAIT_MS);
  show();
}

function flush() {
  const one = now;
  clearTimeout(one.timer);
  if (!one.dirty) return one.saved;
  one.dirty = false;
  one.saved = one.saved.then(() => keep(one));
  return one.saved;
}

async function keep(one) {
  const boxes = one.boxes.length || one.none ? one.boxes.map(({ label, box }) => ({ label, box })) : null;
  try {
    const told = await send("draw", { key: one.item.key, boxes, was: one.revision });
    one.revision = told.revision;
    Object.assign(one.item, { revision: told.revision, boxes: boxes && boxes.map(({ label, box }) => ({ label, corners: box })) });
  } catch (error) {
    say(error instanceof Refused ? `${error.message}: ${error.fix}.` : t("gone"));
    if (error.code === "H625") byId("dialog").close();
    if (!(error instanceof Refused)) one.dirty = true;
  }
  one.changed();
}
