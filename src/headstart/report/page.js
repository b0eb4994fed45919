"use strict";
// All of the page works without this: it adds filters, arrow keys between cells, and Escape.
for (const field of document.querySelectorAll("[data-filters]")) {
  const rows = document.querySelectorAll("#" + field.dataset.filters + " tbody tr");
  field.hidden = false;
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    for (const row of rows) {
      row.hidden = !row.querySelector("th").textContent.toLowerCase().includes(wanted);
    }
  });
}
const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && location.hash.startsWith("#cell-")) {
    location.hash = "#confusion";
    return;
  }
  const link = event.target.closest && event.target.closest('a[href^="#cell-"]');
  const step = steps[event.key];
  if (!link || !step || !link.closest("table.cells")) {
    return;
  }
  let [line, column] = link.getAttribute("href").split("-").slice(1).map(Number);
  for (let tries = 0; tries < 64; tries += 1) {
    [line, column] = [line + step[0], column + step[1]];
    const next = document.querySelector('table.cells a[href="#cell-' + line + "-" + column + '"]');
    if (next) {
      event.preventDefault();
      next.focus();
      return;
    }
  }
});
