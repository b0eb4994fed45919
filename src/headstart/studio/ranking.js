// A ranking as a picture: how often each start was right against the milliseconds that it takes.
import { percent, t } from "./en.js";
import { el, shape } from "./elements.js";

const WIDE = 560;
const HIGH = 280;
const EDGE = { left: 52, right: 20, top: 14, bottom: 40 };
const LINES = 5;

// Where a value stands between two ends, as a share.
const share = (value, low, high) => (high > low ? (value - low) / (high - low) : 0.5);

// Values such as 1, 2, 5, 10 from the last below `low` to the first above `high`.
function ticks(low, high) {
  const every = [];
  for (let ten = Math.floor(Math.log10(low)) - 1; ten <= Math.ceil(Math.log10(high)); ten += 1)
    for (const one of [1, 2, 5]) every.push(one * 10 ** ten);
  return every.slice(every.findLastIndex((one) => one < low), every.findIndex((one) => one > high) + 1);
}

// Shares that are round, around all bounds; at most LINES steps.
function shares(rows) {
  const low = Math.min(...rows.map((one) => one.low));
  const high = Math.max(...rows.map((one) => one.high));
  const step = [0.01, 0.02, 0.05, 0.1, 0.2].find((one) => Math.ceil(high / one) - Math.floor(low / one) <= LINES);
  const first = Math.floor(low / step);
  return Array.from({ length: Math.ceil(high / step) - first + 1 }, (_, at) => (first + at) * step);
}

export function picture(rows) {
  const times = rows.map((one) => Math.max(1e-3, one.ms_per_item));
  const across = ticks(Math.min(...times), Math.max(...times));
  const up = shares(rows);
  const [fast, slow, worst, best] = [across[0], across.at(-1), up[0], up.at(-1)];
  const x = (ms) => EDGE.left + share(Math.log(ms), Math.log(fast), Math.log(slow)) * (WIDE - EDGE.left - EDGE.right);
  const y = (right) => HIGH - EDGE.bottom - share(right, worst, best) * (HIGH - EDGE.top - EDGE.bottom);
  const parts = [];
  for (const value of up) {
    parts.push(shape("line", { class: "grid", x1: EDGE.left, x2: WIDE - EDGE.right, y1: y(value), y2: y(value) }),
      shape("text", { x: EDGE.left - 8, y: y(value) + 4, "text-anchor": "end" }, percent(value)));
  }
  for (const ms of across)
    parts.push(shape("text", { x: x(ms), y: HIGH - EDGE.bottom + 18, "text-anchor": "middle" }, String(Number(ms.toPrecision(3)))));
  parts.push(shape("text", { class: "axis", x: WIDE - EDGE.right, y: HIGH - 4, "text-anchor": "end" }, t("axis_ms")));
  const taken = [];
  rows.forEach((one, at) => {
    const [px, py] = [x(one.ms_per_item), y(one.predicted)];
    let level = py + 4;
    while (taken.some((other) => Math.abs(other.px - px) < 150 && Math.abs(other.level - level) < 14)) level += 14;
    taken.push({ px, level });
    const left = px > WIDE / 2;
    parts.push(shape("line", { class: "bounds", x1: px, x2: px, y1: y(one.low), y2: y(one.high) }),
      shape("circle", { class: at ? "start" : "start first", cx: px, cy: py, r: at ? 5 : 7 }),
      shape("text", { class: at ? "" : "first", x: px + (left ? -12 : 12), y: level, "text-anchor": left ? "end" : "start" }, one.backbone));
  });
  const told = rows.map((one) => t("ranked_one", { name: one.backbone, right: percent(one.predicted), ms: one.ms_per_item.toFixed(1) })).join("; ");
  return el("figure", {}, shape("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": told, class: "chart" }, ...parts),
    el("figcaption", { className: "soft small", text: t("ranked_more") }));
}
