/** The stream of events from the gate, and its return after every loss. */

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
 * Ask the gate for something.
 * @param {string} path @param {object} body @returns {Promise<string>} one line that says what is wrong; empty if nothing is
 */
export async function post(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    if (answer.ok) return "";
    const { error } = await answer.json().catch(() => ({ error: "" }));
    return error || `the gate refused: ${answer.status} ${answer.statusText}`;
  } catch {
    return "the gate does not answer";
  }
}
