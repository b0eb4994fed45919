// Pictures that boxes are drawn on: dropped, listed with what is odd about them, and opened.
import { t } from "./en.js";
import { byId, el, shape } from "./elements.js";
import { query, read } from "./asking.js";
import { droppable, listProblems, takeFiles, upload } from "./columns.js";
import { recordPictures } from "./capture.js";
import { openDrawing } from "./drawing.js";

const FEW = 60;
let state = null;
let one = null;
let items = [];
let revision = "";
let shown = FEW;

export function showGallery(told) {
  state = told;
  const place = byId("gallery");
  place.hidden = told.kind !== "boxes";
  if (place.hidden) return;
  if (!one) build(place);
  const { count, told: done } = told.pictures;
  one.count.textContent = `${t("count_pictures", { n: count })}, ${t("count_told", { n: done })}`;
  one.hint.hidden = !count;
  listProblems(one);
  if (revision !== told.pictures.revision) { revision = told.pictures.revision; fetchItems(); }
}

function build(place) {
  one = { name: "", problems: el("div", { className: "problems" }), refused: byId("page-refused"), open: (key) => open(key) };
  one.count = el("p", { className: "soft small" });
  one.hint = el("p", { className: "soft small", text: t("open_to_draw") });
  one.thumbs = el("ul", { className: "thumbs drawn", "aria-label": t("pictures") });
  one.more = el("button", { type: "button", className: "quiet small", hidden: true, onclick: () => { shown = Infinity; list(); } });
  const field = el("input", { type: "file", multiple: true, className: "hidden-file", "aria-label": t("choose_pictures"), accept: "image/*,.zip" });
  field.addEventListener("change", () => { upload("", [...field.files]); field.value = ""; });
  const drop = el("label", { className: "drop" }, el("strong", { text: t("drop_image") }), el("span", { className: "soft", text: t("choose_files") }), field);
  droppable(place, (transfer) => takeFiles("", transfer));
  place.append(el("h3", { text: t("pictures") }), one.count, drop,
    el("div", { className: "row" }, el("button", { type: "button", className: "small", text: t("camera"), "aria-label": t("camera_pictures"),
      onclick: () => recordPictures(t("camera_pictures"), (frames, burst) => upload("", frames, burst)) })),
    one.problems, one.hint, one.thumbs, one.more);
}

async function fetchItems() {
  try {
    items = await read("pictures");
    list();
  } catch { revision = ""; }
}

const open = (key) => openDrawing(items, key, () => state, () => list());

function list() {
  const focused = one.thumbs.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const old = new Map([...one.thumbs.children].map((item) => [item.dataset.key, item]));
  one.thumbs.hidden = !items.length;
  one.more.hidden = items.length <= shown;
  one.more.textContent = t("show_all", { n: items.length });
  one.thumbs.replaceChildren(...items.slice(0, shown).map((item) => {
    const sign = JSON.stringify([item.boxes, item.out, state.classes.map((c) => [c.name, c.color])]);
    const kept = old.get(item.key);
    return kept?.dataset.sign === sign ? kept : thumb(item, sign);
  }));
  if (focused !== null) [...one.thumbs.querySelectorAll("button")].find((b) => b.dataset.key === focused)?.focus();
}

function thumb(item, sign) {
  const said = item.boxes === null ? t("not_drawn") : t("count_boxes", { n: item.boxes.length });
  const told = `${item.key}, ${said}${item.out ? `, ${t("left_out")}` : ""}`;
  const over = shape("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" },
    ...(item.boxes ?? []).map(({ label, corners: [left, top, right, bottom] }) => shape("rect", {
      class: `c${state.classes.find((c) => c.name === label)?.color ?? 7}`, x: left, y: top, width: right - left, height: bottom - top })));
  const button = el("button", { type: "button", "aria-label": told, title: told, "data-key": item.key, onclick: () => open(item.key) },
    el("img", { src: `thumbnail?${query({ class: "", key: item.key })}`, alt: "", loading: "lazy" }), over);
  return el("li", { className: `${item.boxes === null ? "bare" : ""} ${item.out ? "out" : ""}`, "data-key": item.key, "data-sign": sign }, button);
}
