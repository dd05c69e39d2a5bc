/** The stream of events from the gate, and its return after every loss. */

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Snapshot} Snapshot */

const MAX_PAUSE_MS = 10_000;
const QUIET_MS = 20_000;

/**
 * Follow the gate for as long as the page is open.
 * @param {{state: (state: State) => void, snapshot: (snapshot: Snapshot) => void, lost: () => void}} on
 */
export function follow(on) {
  let pause = 500;
  let heard = Date.now();
  /** @type {EventSource} */
  let source;

  const open = () => {
    source = new EventSource("/api/events");
    source.addEventListener("state", (event) => {
      pause = 500;
      heard = Date.now();
      on.state(JSON.parse(event.data));
    });
    source.addEventListener("snapshot", (event) => {
      heard = Date.now();
      on.snapshot(JSON.parse(event.data));
    });
    source.addEventListener("error", () => {
      on.lost();
      if (source.readyState === EventSource.CLOSED) again(); // else the browser tries by itself
    });
  };
  const again = () => {
    source.close();
    setTimeout(open, pause);
    pause = Math.min(2 * pause, MAX_PAUSE_MS);
  };
  // A board whose power was cut says no goodbye: its stream would just stay silent. So ask.
  setInterval(async () => {
    if (source.readyState !== EventSource.OPEN || Date.now() < heard + QUIET_MS) return;
    try {
      await fetch("/", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(5000) });
      heard = Date.now();
    } catch {
      on.lost();
      again();
    }
  }, QUIET_MS / 2);
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
