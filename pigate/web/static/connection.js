/** The stream of events from the gate, and its return after every loss. */

import { theKey } from "./key.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Snapshot} Snapshot */

const [MIN_PAUSE_MS, MAX_PAUSE_MS] = [500, 10_000];

/** The gate says something every five seconds, if only that nothing is new. A gate that has said nothing three times
 * is lost: a board whose power was cut says no goodbye. */
const MAX_SILENCE_MS = 15_000;

/** The first state of a connection may be megabytes, which nothing can interrupt. */
const MAX_OPENING_MS = 60_000;

/**
 * Follow the gate for as long as the page is open.
 * @param {{state: (state: State) => void, snapshot: (snapshot: Snapshot) => void, lost: () => void}} on
 */
export function follow(on) {
  let pause = MIN_PAUSE_MS;
  /** @type {EventSource} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let silence;

  const hear = (most = MAX_SILENCE_MS) => {
    clearTimeout(silence);
    silence = setTimeout(lose, most);
  };
  const lose = () => {
    clearTimeout(silence);
    source.close();
    on.lost();
    setTimeout(open, pause);
    pause = Math.min(2 * pause, MAX_PAUSE_MS);
  };
  const open = () => {
    source = new EventSource("/api/events");
    source.addEventListener("state", (event) => {
      pause = MIN_PAUSE_MS;
      hear();
      on.state(JSON.parse(event.data));
    });
    source.addEventListener("snapshot", (event) => {
      hear();
      on.snapshot(JSON.parse(event.data));
    });
    source.addEventListener("heartbeat", () => hear());
    source.addEventListener("error", lose);
    hear(MAX_OPENING_MS);
  };
  open();
}

/**
 * Ask the gate for something, with the key if there is one.
 * @param {string} path @param {object} body
 * @returns {Promise<{status: number, problem: string, answer: any}>} `problem` is one line that says what is wrong; empty if
 *     nothing is. Status 0: there is no answer
 */
export async function ask(path, body) {
  const key = theKey();
  try {
    const reply = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(key && { Authorization: `Bearer ${key}` }) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    const { status, ok } = reply;
    const answer = await reply.json().catch(() => ({}));
    return { status, answer, problem: ok ? "" : answer.error || `the gate refused: ${status} ${reply.statusText}` };
  } catch {
    return { status: 0, answer: {}, problem: "the gate does not answer" };
  }
}

/** The same, for who only wants to know what is wrong. @param {string} path @param {object} body @returns {Promise<string>} */
export const post = async (path, body) => (await ask(path, body)).problem;
