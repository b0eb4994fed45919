// Camera and microphone: what is held in one go is one burst, which no division tears.
import { t } from "./en.js";
import { byId, closing, dialog, el, say } from "./elements.js";

const SIDE = 320;
const EVERY_MS = 150;
const MOST = 200;
export const RATE = 16000;

const newBurst = () => [...crypto.getRandomValues(new Uint8Array(4))].map((b) => b.toString(16).padStart(2, "0")).join("");
const why = (error) => error?.message || error?.name || "";

export async function openCamera(video) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 }, audio: false });
  video.srcObject = stream;
  await video.play();
  return () => { for (const track of stream.getTracks()) track.stop(); video.srcObject = null; };
}

export function frameOf(video, name) {
  const side = Math.min(video.videoWidth, video.videoHeight);
  const canvas = el("canvas", { width: SIDE, height: SIDE });
  canvas.getContext("2d").drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side, 0, 0, SIDE, SIDE);
  return new Promise((done) => canvas.toBlob((blob) => done(new File([blob], name, { type: "image/jpeg" })), "image/jpeg", 0.9));
}

// A button that records while it is held, by pointer or by key.
export function holding(text, begin, end) {
  let held = false;
  const start = () => { if (!held) { held = true; button.classList.add("held"); begin(); } };
  const stop = () => { if (held) { held = false; button.classList.remove("held"); end(); } };
  const button = el("button", { type: "button", className: "hold", text });
  button.addEventListener("pointerdown", (event) => { if (event.button === 0) start(); });
  for (const name of ["pointerup", "pointercancel", "pointerleave", "blur"]) button.addEventListener(name, stop);
  button.addEventListener("keydown", (event) => { if ([" ", "Enter"].includes(event.key)) { event.preventDefault(); start(); } });
  button.addEventListener("keyup", (event) => { if ([" ", "Enter"].includes(event.key)) { event.preventDefault(); stop(); } });
  return button;
}

export async function recordPictures(title, taken) {
  const video = el("video", { muted: true, playsInline: true, className: "live", "aria-hidden": "true" });
  const told = el("p", { role: "status", className: "soft" });
  let release = () => {};
  let frames = [];
  let timer = 0;
  let total = 0;
  const shoot = async () => {
    if (frames.length < MOST) frames.push(await frameOf(video, `${String(frames.length + 1).padStart(4, "0")}.jpg`));
    told.textContent = t("recording", { n: frames.length });
  };
  const hold = holding(t("hold"), () => { frames = []; shoot(); timer = setInterval(shoot, EVERY_MS); }, () => {
    clearInterval(timer);
    setTimeout(() => {
      total += frames.length;
      told.textContent = t("recorded", { n: total });
      taken(frames, newBurst());
    }, 60);
  });
  const box = byId("dialog");
  dialog(title, video, el("p", { className: "soft small", text: t("hold_more") }), told, el("div", { className: "row" }, hold, closing(box)));
  box.addEventListener("close", () => { clearInterval(timer); release(); }, { once: true });
  try {
    release = await openCamera(video);
    if (!box.open) release();
    hold.focus();
  } catch (error) {
    box.close();
    say(t("no_camera", { why: why(error) }));
  }
}

// Samples of the microphone between begin and end, at 16 kHz.
export async function openMicrophone() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: false });
  const context = new AudioContext({ sampleRate: RATE });
  await context.audioWorklet.addModule("recorder.js");
  const node = new AudioWorkletNode(context, "recorder", { numberOfOutputs: 0 });
  let pieces = null;
  node.port.onmessage = ({ data }) => { pieces?.push(data); };
  context.createMediaStreamSource(stream).connect(node);
  return {
    begin() { context.resume(); pieces = []; },
    end() {
      const whole = new Float32Array((pieces ?? []).reduce((sum, one) => sum + one.length, 0));
      let at = 0;
      for (const one of pieces ?? []) { whole.set(one, at); at += one.length; }
      pieces = null;
      return whole;
    },
    close() { for (const track of stream.getTracks()) track.stop(); context.close(); },
  };
}

export function wav(samples, name) {
  const bytes = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const word = (at, text) => [...text].forEach((c, i) => bytes.setUint8(at + i, c.charCodeAt(0)));
  word(0, "RIFF"); bytes.setUint32(4, 36 + 2 * samples.length, true); word(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true); bytes.setUint16(20, 1, true); bytes.setUint16(22, 1, true);
  bytes.setUint32(24, RATE, true); bytes.setUint32(28, 2 * RATE, true);
  bytes.setUint16(32, 2, true); bytes.setUint16(34, 16, true);
  word(36, "data"); bytes.setUint32(40, 2 * samples.length, true);
  samples.forEach((value, i) => bytes.setInt16(44 + 2 * i, Math.max(-1, Math.min(1, value)) * 32767, true));
  return new File([bytes.buffer], name, { type: "audio/wav" });
}

// Clips of a second each; a rest of less than half of one belongs to the one before.
export function clipsOf(samples) {
  const count = Math.max(1, Math.round(samples.length / RATE));
  return Array.from({ length: count }, (_, i) => {
    const end = i === count - 1 ? samples.length : (i + 1) * RATE;
    return wav(samples.subarray(i * RATE, end), `${String(i + 1).padStart(4, "0")}.wav`);
  });
}

export async function recordSounds(title, taken) {
  const told = el("p", { role: "status", className: "soft" });
  const box = byId("dialog");
  let microphone = null;
  let total = 0;
  const hold = holding(t("hold"), () => { microphone?.begin(); told.textContent = t("recording", { n: "" }); }, () => {
    const samples = microphone?.end();
    if (!samples || samples.length < RATE / 10) return;
    const clips = clipsOf(samples);
    total += clips.length;
    told.textContent = t("recorded", { n: total });
    taken(clips, newBurst());
  });
  dialog(title, el("p", { className: "soft small", text: t("hold_more") }), told, el("div", { className: "row" }, hold, closing(box)));
  box.addEventListener("close", () => microphone?.close(), { once: true });
  try {
    microphone = await openMicrophone();
    if (!box.open) microphone.close();
    hold.focus();
  } catch (error) {
    box.close();
    say(t("no_microphone", { why: why(error) }));
  }
}
