// The page: shows what /state says, whenever it changes. Nothing is kept here alone.
import { t } from "./en.js";
import { byId, el, fill, say } from "./elements.js";
import { ask, read } from "./asking.js";
import { showColumns, dropOnPage } from "./columns.js";
import { showLearning } from "./learning.js";
import { showDeeper } from "./deeper.js";
import { showGallery } from "./gallery.js";
import { showTrying } from "./tryout.js";

let state = null;
const now = () => state;

function choices() {
  const made = ["image", "text", "audio", "boxes"].map((kind) =>
    el("button", { type: "button", className: "choice", onclick: () => ask("kind", { kind }) },
      el("strong", { text: t(`choose_${kind}`) }), el("span", { text: t(`choose_${kind}_more`) })));
  byId("choices").replaceChildren(...made);
}

function show() {
  byId("name").textContent = state.name;
  document.title = `${state.name} – headstart studio`;
  byId("welcome").hidden = Boolean(state.kind) || state.classes.length > 0;
  byId("adding").hidden = !state.kind && !state.classes.length;
  byId("new-label").textContent = t(state.classes.length ? "new_class" : "new_class_first");
  byId("new-name").placeholder = t(`class_hint_${state.kind || "image"}`);
  showBanner();
  showColumns(state);
  showGallery(state);
  showLearning(state);
  showTrying(state);
  showDeeper(state);
}

function showBanner() {
  const told = state.refused;
  const counted = !["D101", "D103", "D181"].includes(told?.code);
  const banner = byId("banner");
  banner.hidden = !(told && counted && state.classes.length);
  if (banner.hidden) return;
  const broken = state.findings.filter((one) => one.kind === "unreadable").map((one) => one.name);
  const mend = el("button", { type: "button", text: t("leave_out_all", { n: broken.length }),
    onclick: () => ask("correct", { names: broken, why: t("kind_unreadable") }) });
  banner.replaceChildren(
    el("p", {}, el("strong", { text: `${told.what}.` }), ` ${told.why ?? ""}`),
    broken.length ? mend : el("p", { className: "soft", text: told.fix }));
}

byId("adding").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = byId("new-name");
  const name = field.value.trim();
  if (!name) { field.focus(); return; }
  if (await ask("class", { name })) {
    field.value = "";
    field.focus();
  }
});

async function follow() {
  let after = "";
  let failed = 0;
  for (;;) {
    try {
      state = await read(`state${after}`);
      after = `?after=${state.version}`;
      failed = 0;
      byId("connection").hidden = true;
      show();
    } catch (error) {
      if (error.code === "H401") { location.reload(); return; }
      failed += 1;
      after = "";
      if (failed > 1) {
        byId("connection").textContent = t("gone");
        byId("connection").hidden = false;
      }
      await new Promise((done) => setTimeout(done, 700));
    }
  }
}

fill();
choices();
dropOnPage(now);
follow();
