/** The replay: the training's record, from the first epoch to the last, and back to the gate as it is. */

import { byId, say, set } from "./element.js";
import { makeLosses } from "./losses.js";
import { whole } from "./words.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Training} Training */

const WHOLE_MS = 7000; // a replay takes this long, unless that would show a snapshot for longer than
const MAX_STEP_MS = 250;
const END_MS = 2500; // the last snapshot stands this long before the page is live again

/** Which moment of a training is meant, in words. @param {Training} training @param {number} moment */
export const momentInWords = (training, moment) => `epoch ${momentInNumbers(training, moment)}`;

/** @param {Training} training @param {number} moment @returns {string} such as "3 of 9" */
export const momentInNumbers = ({ snapshot_epochs: epochs }, moment) => `${whole(epochs[moment])} of ${whole(epochs[epochs.length - 1])}`;

/** @param {number} last index of the last snapshot @param {number} speed 1 is the usual one @returns {number} milliseconds for each snapshot */
export const stepMs = (last, speed) => Math.min(WHOLE_MS / Math.max(last, 1), MAX_STEP_MS) / speed;

/** @param {(moment: number | null) => void} changed called with what to show: a snapshot's index, or null for live */
export function makeReplay(changed) {
  const play = byId("play");
  const step = byId("step");
  const slider = /** @type {HTMLInputElement} */ (byId("slider"));
  const speed = /** @type {HTMLSelectElement} */ (byId("speed"));
  /** @type {Training | null} */
  let training = null;
  /** @type {number | null} */
  let moment = null;
  let playing = false;
  let [began, from] = [0, 0]; // when the clock showed what
  let picture = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let ending;

  const last = () => (training ? training.snapshots.length - 1 : 0);

  function halt() {
    cancelAnimationFrame(picture);
    clearTimeout(ending);
    playing = false;
  }

  /** @param {number | null} next */
  function show(next) {
    moment = next;
    changed(moment);
  }

  /** Show what the clock says; a slow screen misses some snapshots. */
  function tick() {
    const next = Math.min(from + Math.floor((performance.now() - began) / stepMs(last(), Number(speed.value))), last());
    if (next !== moment) show(next);
    if (next === last()) ending = setTimeout(() => live(), END_MS);
    else picture = requestAnimationFrame(tick);
  }

  function start() {
    halt();
    playing = true;
    from = moment === null || moment === last() ? 0 : moment;
    began = performance.now();
    show(from);
    picture = requestAnimationFrame(tick);
  }

  function pause() {
    halt();
    changed(moment);
  }

  /** @param {number} next */
  function seek(next) {
    halt();
    show(next);
  }

  /** Go back to the gate as it is now. */
  function live() {
    halt();
    if (document.activeElement === byId("live")) play.focus();
    show(null);
  }

  play.addEventListener("click", () => (playing ? pause() : start()));
  step.addEventListener("click", () => seek(moment === null || moment === last() ? 0 : moment + 1));
  slider.addEventListener("input", () => seek(Number(slider.value)));
  speed.addEventListener("change", () => playing && moment !== last() && start());
  byId("live").addEventListener("click", live);
  const losses = makeLosses(byId("losses"), (epoch) => {
    const epochs = training?.snapshot_epochs ?? [];
    seek(epochs.reduce((best, at, k) => (Math.abs(at - epoch) < Math.abs(epochs[best] - epoch) ? k : best), 0));
  });

  return {
    start,
    live,
    /** @param {State} state @param {number | null} now the moment on show */
    update(state, now) {
      if (training !== state.training) halt();
      training = state.training;
      moment = now;
      const shown = moment ?? last();
      byId("transport").hidden = !training.starts;
      byId("recorded").hidden = !training.starts || !last(); // one moment makes no curve
      losses.update(training, shown);
      set(slider, { max: last() });
      slider.value = String(shown);
      set(slider, { "aria-valuetext": momentInWords(training, shown) });
      say(byId("play-label"), playing ? "Pause" : moment === null ? "Replay" : "Play");
      play.classList.toggle("playing", playing);
      byId("live").hidden = moment === null;
    },
  };
}
