// A ranking as a picture: how often each start was right against the milliseconds that it takes.
import { percent, t } from "./en.js";
import { byId, el } from "./elements.js";

const WIDE = 560;
const HIGH = 280;
const EDGE = { left: 52, right: 20, top: 14, bottom: 40 };
const LINES = 4;

function draw(tag, facts, ...inside) {
  const made = document.createElementNS(byId("drawing").namespaceURI, tag);
  for (const [name, value] of Object.entries(facts)) made.setAttribute(name, value);
  made.append(...inside);
  return made;
}

// Where a value stands between two ends, as a share.
const share = (value, low, high) => (high > low ? (value - low) / (high - low) : 0.5);

// Values such as 1, 2, 5, 10 between two ends; at least the ends' neighbors.
function ticks(low, high) {
  const found = [];
  for (let ten = Math.floor(Math.log10(low)); ten <= Math.ceil(Math.log10(high)); ten += 1)
    for (const one of [1, 2, 5]) if (one * 10 ** ten >= low && one * 10 ** ten <= high) found.push(one * 10 ** ten);
  return found;
}

export function picture(rows) {
  const slow = Math.max(...rows.map((one) => one.ms_per_item)) * 1.6;
  const fast = Math.max(1e-3, Math.min(...rows.map((one) => one.ms_per_item)) / 1.6);
  const best = Math.min(1, Math.max(...rows.map((one) => one.high)) + 0.02);
  const worst = Math.max(0, Math.min(...rows.map((one) => one.low)) - 0.02);
  const x = (ms) => EDGE.left + share(Math.log(ms), Math.log(fast), Math.log(slow)) * (WIDE - EDGE.left - EDGE.right);
  const y = (right) => HIGH - EDGE.bottom - share(right, worst, best) * (HIGH - EDGE.top - EDGE.bottom);
  const parts = [];
  for (let at = 0; at <= LINES; at += 1) {
    const value = worst + ((best - worst) * at) / LINES;
    parts.push(draw("line", { class: "grid", x1: EDGE.left, x2: WIDE - EDGE.right, y1: y(value), y2: y(value) }),
      draw("text", { x: EDGE.left - 8, y: y(value) + 4, "text-anchor": "end" }, percent(value)));
  }
  for (const ms of ticks(fast, slow))
    parts.push(draw("text", { x: x(ms), y: HIGH - EDGE.bottom + 18, "text-anchor": "middle" }, String(Number(ms.toPrecision(3)))));
  parts.push(draw("text", { class: "axis", x: WIDE - EDGE.right, y: HIGH - 4, "text-anchor": "end" }, t("axis_ms")));
  const taken = [];
  rows.forEach((one, at) => {
    const [px, py] = [x(one.ms_per_item), y(one.predicted)];
    let level = py + 4;
    while (taken.some((other) => Math.abs(other.px - px) < 150 && Math.abs(other.level - level) < 14)) level += 14;
    taken.push({ px, level });
    const left = px > WIDE / 2;
    parts.push(draw("line", { class: "bounds", x1: px, x2: px, y1: y(one.low), y2: y(one.high) }),
      draw("circle", { class: at ? "start" : "start first", cx: px, cy: py, r: at ? 5 : 7 }),
      draw("text", { class: at ? "" : "first", x: px + (left ? -12 : 12), y: level, "text-anchor": left ? "end" : "start" }, one.backbone));
  });
  const told = rows.map((one) => t("ranked_one", { name: one.backbone, right: percent(one.predicted), ms: one.ms_per_item.toFixed(1) })).join("; ");
  return el("figure", {}, draw("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": told, class: "chart" }, ...parts),
    el("figcaption", { className: "soft small", text: t("ranked_more") }));
}
