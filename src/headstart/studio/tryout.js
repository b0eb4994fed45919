// Live: a file, the camera, the microphone or a text, and what the model says of it.
import { percent, t } from "./en.js";
import { byId, el, say, shape } from "./elements.js";
import { Refused, ask, post, send } from "./asking.js";
import { droppable, upload } from "./columns.js";
import { frameOf, holding, openCamera, openMicrophone, wav } from "./capture.js";

const SHOWN = 6;
const UNFAMILIAR = 0.05;
const EVERY_MS = 350;
let state = null;
let kind = "";
let asking = false;
let next = null;

export function showTrying(told) {
  state = told;
  const { ready } = told.model;
  byId("trying").hidden = !ready;
  byId("not-yet").hidden = ready;
  byId("not-yet").textContent = t(told.outcome && !ready ? "loading" : "try_later");
  if (ready && kind !== told.kind) {
    kind = told.kind;
    byId("answer").replaceChildren();
    byId("trying").replaceChildren(...(kind === "text" ? forTexts() : forFiles()));
  }
}

async function judge(body, what) {
  if (asking) { next = [body, what]; return; }
  asking = true;
  try {
    const [answer] = await (typeof body === "string" ? send("try", { text: body }) : post("try", body));
    if (answer.error) throw new Refused(answer.error);
    show(answer, what);
  } catch (error) {
    byId("answer").replaceChildren(el("p", { className: "warning",
      text: error instanceof Refused ? `${error.message} ${error.code ?? ""}` : t("gone") }));
  } finally { asking = false; }
  const last = next;
  next = null;
  if (last) judge(...last);
}

const colorOf = (name) => `c${state.classes.find((one) => one.name === name)?.color ?? 0}`;

function show(answer, what) {
  const rows = Object.entries(answer.probabilities).sort((a, b) => b[1] - a[1]).slice(0, SHOWN);
  const doubts = [];
  if (!answer.sure) doubts.push(t("not_sure"));
  if (typeof answer.familiar === "number" && answer.familiar <= UNFAMILIAR) doubts.push(t("unfamiliar"));
  if (answer.boxes) { byId("answer").replaceChildren(...found(answer.boxes, what), doubts.length && answer.boxes.length ? el("p", { className: "doubt", text: doubts.join(". ") }) : "", adding(what)); return; }
  const bars = rows.map(([name, share]) => el("div", { className: `bar ${colorOf(name)}` }, el("span", { text: name }),
    el("meter", { value: share, "aria-label": name }), el("span", { text: percent(share) })));
  const old = byId("answer").querySelector(".mend");
  const mend = what && (old && what.live ? old : mending(what));
  byId("answer").replaceChildren(...[
    what.picture && el("img", { src: what.picture, alt: "", className: "tried" }),
    el("p", { className: `label ${colorOf(answer.label)}` }, el("span", { className: "swatch", "aria-hidden": "true" }), answer.label),
    doubts.length ? el("p", { className: "doubt", text: doubts.join(". ") }) : null,
    ...bars, mend].filter(Boolean));
}

// Boxes on the picture, and the same in words.
function found(boxes, what) {
  const image = el("img", { src: what.picture, alt: "" });
  const over = shape("svg", { preserveAspectRatio: "none", "aria-hidden": "true" }, ...boxes.map(({ label, box }) => shape("rect", {
    class: colorOf(label), x: box[0], y: box[1], width: box[2] - box[0], height: box[3] - box[1] })));
  const sized = () => over.setAttribute("viewBox", `0 0 ${image.naturalWidth || 1} ${image.naturalHeight || 1}`);
  image.addEventListener("load", sized);
  sized();
  const lines = boxes.slice(0, 2 * SHOWN).map((one) => el("li", { className: colorOf(one.label) }, el("span", { className: "swatch", "aria-hidden": "true" }),
    ` ${one.label} `, el("span", { className: "soft", text: percent(one.probability) })));
  return [el("div", { className: "found" }, image, over),
    boxes.length ? el("ul", { className: "plain label-list" }, ...lines) : el("p", { className: "label", text: t("nothing_there") })];
}

function adding(what) {
  return el("div", { className: "mend row" }, el("span", { className: "soft", text: t("wrong_boxes") }),
    el("button", { type: "button", className: "quiet small", text: t("add_picture"),
      onclick: async () => { if ((await upload("", [await what.file()])).kept) say(t("added_picture")); } }));
}

// What it got wrong becomes an example of the right class.
function mending(what) {
  const buttons = state.classes.map((one) => el("button", { type: "button", className: `quiet small ${colorOf(one.name)}`,
    onclick: async () => {
      const done = what.text !== undefined ? await ask("texts", { name: one.name, texts: [what.text] })
        : await upload(one.name, [await what.file()]);
      if (done) say(t("learned_it", { name: one.name }));
    } }, el("span", { className: "swatch", "aria-hidden": "true" }), one.name));
  return el("div", { className: "mend row" }, el("span", { className: "soft", text: t("wrong") }), ...buttons);
}

function tryFile(file) {
  if (!file) return;
  const picture = file.type.startsWith("image/") ? URL.createObjectURL(file) : null;
  judge(file, { file: () => file, picture });
}

function forFiles() {
  const field = el("input", { type: "file", className: "hidden-file", id: "try-file", "aria-label": t("try_file") });
  field.addEventListener("change", () => { tryFile(field.files[0]); field.value = ""; });
  const drop = el("label", { className: "drop" }, el("strong", { text: t(`try_${kind === "boxes" ? "image" : kind}`) }), el("span", { className: "soft", text: t("choose_files") }), field);
  droppable(drop, (transfer) => tryFile(transfer.files[0]));
  return [drop, ...(kind === "audio" ? [microphone()] : camera())];
}

function camera() {
  const video = el("video", { muted: true, playsInline: true, className: "live", hidden: true, "aria-hidden": "true" });
  let release = null;
  let timer = 0;
  let last = null;
  let seen = "";
  const look = async () => {
    if (asking || document.hidden) return;
    last = await frameOf(video, "camera.jpg");
    if (seen) URL.revokeObjectURL(seen);
    seen = kind === "boxes" ? URL.createObjectURL(last) : "";
    judge(last, { file: () => new File([last], `camera-${Date.now()}.jpg`, { type: "image/jpeg" }), live: true, picture: seen });
  };
  const button = el("button", { type: "button", text: t("try_camera"), onclick: async () => {
    clearInterval(timer);
    if (release) { release(); release = null; video.hidden = true; button.textContent = t("try_camera"); return; }
    try {
      video.hidden = false;
      release = await openCamera(video);
      button.textContent = t("stop_camera");
      byId("answer").replaceChildren();
      timer = setInterval(look, EVERY_MS);
    } catch (error) {
      video.hidden = true;
      say(t("no_camera", { why: error?.message ?? "" }));
    }
  } });
  return [video, button];
}

function microphone() {
  let opened = null;
  return holding(t("try_microphone"), async () => {
    try {
      opened = opened ?? (await openMicrophone());
      opened.begin();
    } catch (error) { say(t("no_microphone", { why: error?.message ?? "" })); }
  }, () => {
    const samples = opened?.end();
    if (!samples?.length) return;
    const file = wav(samples, `microphone-${Date.now()}.wav`);
    judge(file, { file: () => file });
  });
}

function forTexts() {
  const field = el("textarea", { id: "try-text", rows: 3 });
  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { const text = field.value.trim(); if (text) judge(text, { text }); }, 300);
  });
  return [el("label", { for: "try-text", text: t("try_text") }), field];
}
