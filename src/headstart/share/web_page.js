// Asks model.onnx about pictures, in this browser alone. Names go in as text, never as markup.
import * as ort from "./ort.wasm.bundle.min.mjs";

const byId = (id) => document.getElementById(id);
const SHOWN = 5;
const SCALES = [8, 4, 2];
const MOST_PIXELS = 50_000_000;
let facts;
let session;
let waiting = Promise.resolve();

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Red, green and blue of every pixel, row by row; what shines through is the model's background. */
function opaque(rgba) {
  const found = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4)
    for (let color = 0; color < 3; color += 1) {
      const cover = rgba[from + 3];
      const mixed = rgba[from + color] * cover + facts.background[color] * (255 - cover) + 128;
      found[to++] = cover === 255 ? rgba[from + color] : ((mixed >> 8) + mixed) >> 8;
    }
  return found;
}

/** Means of fields of so many pixels a side: large JPEGs were seen at a fraction of their size. */
function smaller({ data, width, height }, by) {
  const [wide, tall] = [Math.ceil(width / by), Math.ceil(height / by)];
  const found = new Uint8Array(wide * tall * 3);
  for (let row = 0; row < tall; row += 1)
    for (let column = 0; column < wide; column += 1)
      for (let color = 0; color < 3; color += 1) {
        let [sum, count] = [0, 0];
        for (let y = row * by; y < Math.min(height, (row + 1) * by); y += 1)
          for (let x = column * by; x < Math.min(width, (column + 1) * by); x += 1) {
            sum += data[(y * width + x) * 3 + color];
            count += 1;
          }
        found[(row * wide + column) * 3 + color] = Math.round(sum / count);
      }
  return { data: found, width: wide, height: tall };
}

function scale(width, height) {
  const ratio = facts.crop === "border" ? Math.max(width, height) / facts.side : 0;
  const wanted = [width, height].map((side) => (ratio ? Math.max(1, Math.round(side / ratio)) : facts.side));
  const most = Math.min(Math.floor(width / wanted[0]), Math.floor(height / wanted[1]));
  return SCALES.find((one) => one <= most) ?? 1;
}

/** The upright picture's pixels, from an image or a frame of a video. */
function pixelsOf(shown, width, height, jpeg) {
  if (width * height > MOST_PIXELS) throw new Error("this picture has too many pixels");
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(shown, 0, 0, width, height);
  const read = context.getImageData(0, 0, width, height);
  const whole = { data: opaque(read.data), width, height };
  const by = jpeg ? scale(width, height) : 1;
  return by > 1 ? smaller(whole, by) : whole;
}

async function decoded(file) {
  const begin = new Uint8Array(await file.slice(0, 3).arrayBuffer());
  const jpeg = begin[0] === 0xff && begin[1] === 0xd8 && begin[2] === 0xff;
  const options = { premultiplyAlpha: "none", colorSpaceConversion: "none" };
  const shown = await createImageBitmap(file, options);
  try {
    return pixelsOf(shown, shown.width, shown.height, jpeg);
  } finally {
    shown.close();
  }
}

/** One row of answers; questions wait for one another. */
function answers({ data, width, height }) {
  const asked = waiting.then(async () => {
    const pixels = new ort.Tensor("uint8", data, [1, height, width, 3]);
    const found = await session.run({ pixels });
    return [...found.probabilities.data];
  });
  waiting = asked.catch(() => {});
  return asked;
}

function judged(row) {
  if (facts.task === "regression") return { label: String(+row[0].toPrecision(6)), sure: true };
  const named = row.map((share, at) => [facts.classes[at], share]);
  if (facts.task === "multilabel") {
    const label = named.filter(([, share]) => share >= 0.5).map(([name]) => name).join(";");
    return { label, sure: Math.min(...row.map((share) => Math.max(share, 1 - share))) >= facts.threshold };
  }
  let likeliest = row.indexOf(Math.max(...row));
  if (facts.task === "ordinal") {
    const half = 0.5 * row.reduce((sum, share) => sum + share, 0) - 1e-6;
    let sum = 0;
    likeliest = row.findIndex((share) => (sum += share) >= half);
  }
  return { label: facts.classes[likeliest], sure: row[likeliest] >= facts.threshold };
}

function told(row) {
  const { label, sure } = judged(row);
  const found = [element("p", "label", label || "none of them")];
  if (!sure) found.push(element("p", "doubt", "not sure"));
  if (facts.task === "regression") return found;
  const shares = row.map((share, at) => [facts.classes[at], share]).sort((a, b) => b[1] - a[1]);
  for (const [name, share] of shares.slice(0, SHOWN)) {
    const bar = element("div", "bar");
    const meter = element("meter");
    meter.value = share;
    meter.setAttribute("aria-label", name);
    bar.append(element("span", "", name), meter, element("span", "", `${(100 * share).toFixed(1)}%`));
    found.push(bar);
  }
  return found;
}

async function ask(file) {
  const item = element("li");
  const words = element("div", "told");
  words.append(element("p", "name", file.name));
  try {
    const row = await answers(await decoded(file));
    const picture = element("img");
    picture.src = URL.createObjectURL(file);
    picture.alt = "";
    item.append(picture);
    item.dataset.answers = JSON.stringify(row);
    words.append(...told(row));
  } catch (error) {
    const known = error instanceof DOMException ? "this is not a picture that browsers open" : error.message;
    words.append(element("p", "doubt", known));
  }
  item.append(words);
  byId("answers").prepend(item);
}

async function askAll(files) {
  byId("status").textContent = "Judging…";
  for (const file of [...files]) await ask(file);
  byId("status").textContent = "";
}

async function watch(stream) {
  const video = byId("video");
  video.srcObject = stream;
  await video.play();
  for (const part of [video, byId("seen")]) part.hidden = false;
  while (video.srcObject) {
    const row = await answers(pixelsOf(video, video.videoWidth, video.videoHeight, true));
    byId("seen").replaceChildren(...told(row));
    await new Promise(requestAnimationFrame);
  }
}

async function camera() {
  const video = byId("video");
  const running = video.srcObject;
  byId("camera").setAttribute("aria-pressed", String(!running));
  if (running) {
    running.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
    for (const part of [video, byId("seen")]) part.hidden = true;
    return;
  }
  try {
    await watch(await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }));
  } catch (error) {
    byId("camera").setAttribute("aria-pressed", "false");
    byId("status").textContent = `No camera: ${error.message}`;
  }
}

byId("file").addEventListener("change", (event) => askAll(event.target.files));
byId("camera").addEventListener("click", camera);
const drop = byId("drop");
for (const name of ["dragover", "dragleave", "drop"])
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
    if (name === "drop") askAll(event.dataTransfer.files);
  });
document.addEventListener("paste", (event) => askAll(event.clipboardData.files));

async function begin() {
  byId("about").textContent = "Loading…";
  facts = await (await fetch("model.json")).json();
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = { wasm: new URL("ort-wasm-simd-threaded.wasm", import.meta.url).href };
  const network = await (await fetch("model.onnx")).arrayBuffer();
  session = await ort.InferenceSession.create(network, { executionProviders: ["wasm"] });
  document.title = byId("title").textContent = facts.title;
  byId("about").textContent = facts.about;
  byId("parity").textContent = facts.parity;
  byId("asking").hidden = false;
}
begin().catch((error) => {
  byId("about").textContent = `The model can't be opened: ${error.message}`;
});
