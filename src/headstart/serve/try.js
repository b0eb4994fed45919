// The try-it page: asks /predict and shows what comes back. Strings go in as text, never as markup.
const byId = (id) => document.getElementById(id);
const SHOWN = 5;
const UNFAMILIAR = 0.05;
let models = [];

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const percent = (share) => `${(100 * share).toFixed(1)}%`;
const chosen = () => models.find((one) => one.name === byId("model").value) ?? models[0];

function bars(probabilities) {
  const rows = Object.entries(probabilities).sort((a, b) => b[1] - a[1]).slice(0, SHOWN);
  return rows.map(([name, share]) => {
    const row = element("div", "bar");
    const meter = element("meter");
    meter.value = share;
    meter.setAttribute("aria-label", name);
    row.append(element("span", "", name), meter, element("span", "", percent(share)));
    return row;
  });
}

function doubts(answer) {
  const told = [];
  if (!answer.sure) told.push("not sure");
  if (answer.familiar !== null && answer.familiar !== undefined && answer.familiar <= UNFAMILIAR)
    told.push("unlike most of what it learned from");
  return told.join(", ");
}

function card(answer, file) {
  const item = element("li");
  if (file && file.type.startsWith("image/")) {
    const picture = element("img");
    picture.src = URL.createObjectURL(file);
    picture.alt = "";
    item.append(picture);
  }
  const told = element("div", "told");
  told.append(element("p", "name", answer.file));
  if (answer.error) {
    told.append(element("p", "label", answer.error.what), element("p", "doubt", answer.error.fix));
  } else {
    told.append(element("p", "label", answer.label));
    if (answer.value !== null && answer.value !== undefined)
      told.append(element("p", "", `${answer.low.toPrecision(4)} to ${answer.high.toPrecision(4)}`));
    if (doubts(answer)) told.append(element("p", "doubt", doubts(answer)));
    told.append(...bars(answer.probabilities));
  }
  item.append(told);
  byId("answers").prepend(item);
}

// What was answered since the start, against what validation promised.
function drift({ seen, sure_share: promised, familiar_above: above }) {
  const count = seen.sure + seen.not_sure;
  const told = [`Since the start: ${count} ${count === 1 ? "answer" : "answers"}`];
  const beside = promised === null ? "" : ` (in validation ${percent(promised)})`;
  told.push(`${percent(seen.sure / Math.max(1, count))} sure${beside}`);
  if (above !== null) told.push(`${percent(seen.unfamiliar / Math.max(1, count))} unlike most of what it learned from (at most ${percent(above)} of things like those)`);
  byId("drift").textContent = `${told.join(", ")}.`;
  byId("drift").hidden = !count;
}

async function look() {
  models = await (await fetch("models")).json();
  if (models.length) drift(chosen());
}

async function ask(body, headers, files) {
  byId("status").textContent = "Judging…";
  try {
    const which = `?model=${encodeURIComponent(chosen().name)}`;
    const answer = await fetch(`predict${which}`, { method: "POST", body, headers });
    const found = await answer.json();
    if (Array.isArray(found)) found.forEach((one, at) => card(one, files[at]));
    byId("status").textContent = answer.ok ? "" : `${found.error.what}: ${found.error.fix}`;
    await look();
  } catch {
    byId("status").textContent = "The server does not answer. Is it still running?";
  }
}

function askFiles(list) {
  const files = [...list];
  if (!files.length) return;
  const form = new FormData();
  for (const file of files) form.append("file", file);
  ask(form, {}, files);
}

function show() {
  const model = chosen();
  const texts = model.kind === "text";
  byId("texts").hidden = !texts;
  byId("files").hidden = texts;
  for (const one of document.querySelectorAll(".pair")) one.hidden = !model.paired;
  byId("invitation").textContent = `Drop ${model.things} here`;
  const classes = model.classes.length ? `: ${model.classes.slice(0, 12).join(", ")}` : "";
  drift(model);
  byId("about").textContent = `${model.name} knows ${model.things}${classes}`;
}

byId("file").addEventListener("change", (event) => askFiles(event.target.files));
byId("model").addEventListener("change", show);
byId("texts").addEventListener("submit", (event) => {
  event.preventDefault();
  const asked = { text: byId("text").value };
  if (chosen().paired) asked.second = byId("second").value;
  ask(JSON.stringify(asked), { "Content-Type": "application/json" }, []);
});
const drop = byId("drop");
for (const name of ["dragover", "dragleave", "drop"])
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
    if (name === "drop") askFiles(event.dataTransfer.files);
  });
document.addEventListener("paste", (event) => askFiles(event.clipboardData.files));

async function begin() {
  models = await (await fetch("models")).json();
  if (!models.length) {
    setTimeout(begin, 500);
    return;
  }
  byId("model").replaceChildren(...models.map((one) => element("option", "", one.name)));
  byId("which").hidden = models.length < 2;
  show();
}
begin();
