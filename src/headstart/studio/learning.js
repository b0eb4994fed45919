// What is missing, how far learning is, and what came of it.
import { percent, t } from "./en.js";
import { byId, el } from "./elements.js";
import { ask } from "./asking.js";

export function showLearning(state) {
  const { phase } = state.training;
  const running = phase === "running" || phase === "stopping";
  byId("automatic").checked = state.automatic;
  byId("progress").hidden = !running;
  byId("stop").hidden = phase !== "running";
  const train = byId("train");
  train.hidden = running || state.lacking.length > 0 || Boolean(state.outcome && !state.outcome.stale);
  train.textContent = t(phase === "stopped" ? "learn_on" : "learn_now");
  showProgress(state.training);
  showMissing(state);
  showOutcome(state);
}

function showProgress(told) {
  const { what, done, total, phase } = told;
  byId("doing").textContent = phase === "stopping" ? t("stopping") : `${what ?? ""}…`;
  const bar = byId("bar");
  bar.setAttribute("aria-label", what ?? "");
  if (total && done < total) { bar.max = total; bar.value = done; } else bar.removeAttribute("value");
}

function showMissing(state) {
  const nameless = state.lacking.filter((one) => !one.name);
  const drawn = state.kind === "boxes";
  const lines = state.lacking.filter((one) => one.name).map((one) => t("missing", { n: one.need - one.have, name: one.name }));
  if (nameless.length && drawn) {
    const [{ need, have }] = nameless;
    lines.push(need > have ? t("missing_drawn", { n: need - have }) : t("missing_box"));
  } else if (nameless.length) lines.push(t(nameless.length > 1 ? "missing_two" : "missing_class", { n: nameless[0].need }));
  const groups = state.classes.some((one) => one.groups > 0);
  const { phase, error } = state.training;
  const place = byId("missing");
  const told = [];
  if (lines.length) {
    told.push(el("p", { text: `${t("missing_title")}:` }), el("ul", {}, ...lines.map((text) => el("li", { text }))));
    if (groups) told.push(el("p", { className: "soft small", text: t("missing_groups") }));
  }
  if (phase === "stopped") told.push(el("p", { text: t("stopped") }));
  if (phase === "failed") told.push(el("div", { className: "warning", role: "alert" }, el("strong", { text: t("failed") }),
    el("p", { text: `${error.what}. ${error.why ?? ""}` }), el("p", { className: "soft", text: error.fix }), el("code", { text: error.code })));
  place.replaceChildren(...told);
}

function showOutcome(state) {
  const found = state.outcome;
  const place = byId("learned");
  const sign = JSON.stringify(found);
  if (place.dataset.sign === sign) return;
  place.dataset.sign = sign;
  if (!found) { place.replaceChildren(); return; }
  const word = { helps: "word_helps", hurts: "word_hurts" }[found.word] ?? "word_none";
  place.replaceChildren(...[
    el("p", { className: "right", text: found.figure === "f1" ? t("right_boxes", { value: percent(found.value), n: found.of })
      : t("right_on", { right: found.right, of: found.of }) }),
    found.figure === "f1" && el("p", { className: "soft small", text: t("right_boxes_more") }),
    el("p", { className: "soft", text: t("interval", { low: percent(found.low), high: percent(found.high) }) }),
    el("p", { text: t(word) }),
    found.stale && el("p", { className: "doubt", text: t("stale") }),
    el("details", {}, el("summary", { text: t("details") }), el("p", { className: "small", text: found.sentence }),
      ...found.cautions.map((text) => el("p", { className: "small soft", text }))),
    found.next.length ? el("details", { open: true }, el("summary", { text: t("next") }), ...found.next.map(step)) : null,
    el("p", {}, el("a", { href: "report", target: "_blank", rel: "noopener", text: t("report") })),
  ].filter(Boolean));
}

const step = (one) => el("div", { className: "step small" }, el("strong", { text: one.what }), el("p", { text: one.why }),
  el("p", { className: "soft", text: one.gain }), el("details", {}, el("summary", { text: t("by_command") }), el("code", { text: one.command })));

byId("train").addEventListener("click", () => ask("train"));
byId("stop").addEventListener("click", () => ask("stop"));
byId("automatic").addEventListener("change", (event) => ask("automatic", { on: event.target.checked }));
