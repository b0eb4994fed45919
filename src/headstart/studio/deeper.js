// Folded away: how learning goes, which start is best, and the runs with what can be made of them.
import { percent, t } from "./en.js";
import { byId, closing, dialog, el, say, waiting } from "./elements.js";
import { ask, query, read } from "./asking.js";
import { picture } from "./ranking.js";

const STRATEGIES = ["auto", "probe", "probe:all", "unfreeze:1", "unfreeze:2", "full", "gradual", "lora", "bitfit", "contrast", "scratch"];
const BUDGETS = ["1m", "5m", "10m", "30m", "1h", "4h"];
const FOLDS = [0, 1, 5, 10];
const USUAL = { backbone: "auto", strategy: "auto", budget: "10m", folds: 0 };
const FORMATS = ["onnx", "web", "folder"];
let state = null;
let starts = "";
let listed = "";
let runs = [];
const chosen = new Set();

export function showDeeper(told) {
  state = told;
  byId("deeper").hidden = !told.classes.length;
  showOptions();
  showErrand();
  showRanking();
  if (byId("deeper").open) opened();
}

function opened() {
  if (!state) return;
  if (starts !== state.kind) fetchStarts();
  const { phase, do: what } = state.errand;
  const sign = JSON.stringify([state.outcome?.run, state.training.phase, what, phase]);
  if (listed !== sign) { listed = sign; fetchRuns(); }
}
byId("deeper").addEventListener("toggle", () => { if (byId("deeper").open) opened(); });

// How learning goes

const optionsNow = () => ({ ...USUAL, ...state.asked });

function choice(id, values, told) {
  return el("select", { id }, ...values.map((value) => el("option", { value: String(value), text: told(value) })));
}

function labeled(id, field) {
  return el("div", { className: "field" }, el("label", { for: id, text: t(id.replace("-", "_")) }), field);
}

function form() {
  const backbone = el("input", { id: "option-backbone", list: "starts", autocomplete: "off", maxlength: "1000" });
  return el("form", { id: "options", className: "options", onsubmit: (event) => { event.preventDefault(); apply(); } },
    labeled("option-backbone", backbone), el("datalist", { id: "starts" }),
    labeled("option-strategy", choice("option-strategy", STRATEGIES, (one) => t(`strategy_${one}`))),
    labeled("option-budget", choice("option-budget", BUDGETS, (one) => t(`budget_${one}`))),
    labeled("option-folds", choice("option-folds", FOLDS, (one) => t(`folds_${one}`))),
    el("div", { className: "row" }, el("button", { text: t("use_options") }),
      el("button", { type: "button", className: "quiet", id: "usual", text: t("usual_options"), onclick: () => ask("options", USUAL) })));
}

function showOptions() {
  const place = byId("how");
  if (!place.firstChild) place.append(form());
  const now = optionsNow();
  const sign = JSON.stringify(now);
  byId("usual").hidden = !Object.keys(state.asked).length;
  if (place.dataset.sign === sign) return;
  place.dataset.sign = sign;
  for (const [name, value] of Object.entries(now)) {
    const field = byId(`option-${name}`);
    const held = String(value);
    if (field.tagName === "SELECT" && ![...field.options].some((one) => one.value === held)) field.append(el("option", { value: held, text: held }));
    field.value = held;
  }
}

async function apply() {
  const asked = Object.fromEntries(["backbone", "strategy", "budget"].map((name) => [name, byId(`option-${name}`).value.trim() || "auto"]));
  if (await ask("options", { ...asked, folds: Number(byId("option-folds").value) })) say(t("options_kept"));
}

async function fetchStarts() {
  starts = state.kind;
  try {
    const names = await read("starts");
    byId("starts").replaceChildren(...["auto", ...names].map((value) => el("option", { value })));
  } catch { starts = ""; }
}

// Which start

function showRanking() {
  const place = byId("ranked");
  const found = state.ranking;
  const sign = JSON.stringify([found, state.asked.backbone]);
  byId("rank").disabled = state.errand.phase === "running" || state.lacking.length > 0;
  if (place.dataset.sign === sign) return;
  place.dataset.sign = sign;
  if (!found) { place.replaceChildren(); return; }
  const use = (name) => ask("options", { ...optionsNow(), backbone: name });
  const rows = found.rows.map((one) => el("tr", {}, el("th", { scope: "row", text: one.backbone }),
    el("td", { text: range(one.predicted, one.low, one.high) }), el("td", { text: t("ms", { n: one.ms_per_item.toFixed(1) }) }),
    el("td", { text: t("millions", { n: (one.params / 1e6).toFixed(1) }) }), el("td", { text: one.license }),
    el("td", {}, state.asked.backbone === one.backbone ? el("strong", { text: t("used") })
      : el("button", { type: "button", className: "quiet small", text: t("use"), "aria-label": t("use_named", { name: one.backbone }), onclick: () => use(one.backbone) }))));
  place.replaceChildren(...[found.stale && el("p", { className: "doubt", text: t("stale_ranking") }), picture(found.rows),
    table(["start", "right", "time_each", "size", "license", "choose"], rows)].filter(Boolean));
}

const range = (value, low, high) => t("range", { value: percent(value), low: percent(low), high: percent(high) });

function table(heads, rows) {
  return el("div", { className: "wide", role: "region", tabindex: "0", "aria-label": t("table") }, el("table", {},
    el("thead", {}, el("tr", {}, ...heads.map((one) => el("th", { scope: "col", text: t(`head_${one}`) })))), el("tbody", {}, ...rows)));
}

// The runs

async function fetchRuns() {
  try { runs = await read("runs"); } catch { listed = ""; return; }
  for (const name of chosen) if (!runs.some((one) => one.name === name)) chosen.delete(name);
  showRuns();
}

function showRuns() {
  const place = byId("runs");
  if (!runs.length) { place.replaceChildren(el("p", { className: "soft", text: t("no_runs") })); return; }
  const rows = runs.map((one) => el("tr", {},
    el("td", {}, el("input", { type: "checkbox", checked: chosen.has(one.name), "aria-label": t("choose_run", { name: one.name }),
      onchange: (event) => { chosen[event.target.checked ? "add" : "delete"](one.name); byId("compare").disabled = chosen.size < 2; } })),
    el("th", { scope: "row" }, el("a", { href: `report?${query({ run: one.name })}`, target: "_blank", rel: "noopener", text: one.name })),
    el("td", { text: one.backbone }), el("td", { text: one.strategy }), el("td", { text: range(one.value, one.low, one.high) }),
    el("td", { text: t({ helps: "helps", hurts: "hurts" }[one.verdict] ?? "no_evidence") }), el("td", { text: t("seconds", { n: Math.round(one.cpu_s) }) }),
    el("td", {}, el("div", { className: "row tight" }, ...FORMATS.map((to) => handed(one, to)),
      el("button", { type: "button", className: "quiet small", text: t("publish"), "aria-label": t("publish_named", { name: one.name }), onclick: () => publishing(one) })))));
  const compare = el("button", { type: "button", id: "compare", className: "quiet", disabled: chosen.size < 2, text: t("compare"),
    onclick: () => ask("compare", { runs: runs.map((one) => one.name).filter((name) => chosen.has(name)) }) });
  place.replaceChildren(table(["choose", "run", "start", "how", "right", "verdict", "cpu", "take"], rows), compare);
}

function handed(one, to) {
  const format = t(`format_${to}`);
  const facts = { format, name: one.name };
  if (one.exports.includes(to)) {
    return el("a", { href: `exported?${query({ run: one.name, to })}`, download: "", "aria-label": t("save_named", facts), text: t("save_format", facts) });
  }
  return el("button", { type: "button", className: "quiet small", text: format, "aria-label": t("export_named", facts),
    onclick: () => ask("export", { run: one.name, to }) });
}

const quoted = (path) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

function publishing(one) {
  const box = byId("dialog");
  const command = (target) => el("pre", {}, el("code", { text: `headstart publish ${quoted(`runs/${one.name}`)} ${target}` }));
  dialog(t("publish"), el("p", { text: t("publish_more") }), command("FOLDER"), command("hf://OWNER/NAME"),
    el("p", { className: "soft small", text: t("publish_nothing") }), el("div", { className: "row" }, closing(box)));
}

// What is being made beside learning, told where it was asked for

function showErrand() {
  const told = state.errand;
  const place = byId("errand");
  const sign = JSON.stringify(told);
  if (place.dataset.sign === sign) return;
  place.dataset.sign = sign;
  byId(told.do === "rank" ? "ranked" : "runs").before(place);
  if (told.phase === "running") {
    place.replaceChildren(...waiting(told, t(`doing_${told.do}`)),
      el("button", { type: "button", className: "quiet small", text: t("stop"), onclick: () => ask("errand/stop") }));
    return;
  }
  if (told.phase === "failed") {
    const { what, why, fix, code } = told.error;
    place.replaceChildren(el("div", { className: "warning", role: "alert" }, el("strong", { text: t(`failed_${told.do}`) }),
      el("p", { text: [what, why].filter(Boolean).join(". ") }), el("p", { className: "soft", text: fix }), el("code", { text: code })));
    return;
  }
  place.replaceChildren(...(told.comparison ? compared(told.comparison) : told.run ? [el("p", { text: t("exported", { name: told.run, format: t(`format_${told.to}`) }) })] : []));
}

function compared(found) {
  const points = (one) => (100 * one).toFixed(1).replace("-", "−");
  const lines = found.pairs.map((one) => el("li", { text: t(`pair_${one.word.replace(" ", "_")}`, { run: one.run, against: one.against,
    value: points(one.difference), low: points(one.low), high: points(one.high), rows: one.rows }) }));
  return [el("strong", { text: t("compared") }), el("ul", {}, ...lines), ...found.notes.map((text) => el("p", { className: "soft small", text }))];
}

byId("rank").addEventListener("click", () => ask("rank"));
