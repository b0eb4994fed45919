// Requests to the server.
import { t } from "./en.js";
import { say } from "./elements.js";

const HEADERS = { "X-Headstart": "page" };

export class Refused extends Error {
  constructor(error) {
    super(`${error.what}${error.why ? ` (${error.why})` : ""}`);
    this.code = error.code;
    this.fix = error.fix;
  }
}

async function answered(answer) {
  const told = await answer.json();
  if (!answer.ok) throw new Refused(told.error ?? { what: t("problem") });
  return told;
}

export async function read(path, signal) {
  return answered(await fetch(path, { signal }));
}

export async function send(path, body) {
  const headers = { ...HEADERS, "Content-Type": "application/json" };
  return answered(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

export async function post(path, body) {
  const headers = { ...HEADERS, "Content-Type": "application/octet-stream" };
  return answered(await fetch(path, { method: "POST", headers, body }));
}

// Ask, and say what is wrong where it is refused; whether it was done.
export async function ask(path, body = {}) {
  try {
    return (await send(path, body)) ?? true;
  } catch (error) {
    const said = `${error.message}: ${error.fix}.`;
    say(error instanceof Refused ? said.charAt(0).toUpperCase() + said.slice(1) : t("gone"));
    return null;
  }
}

export const query = (facts) => new URLSearchParams(facts).toString();
