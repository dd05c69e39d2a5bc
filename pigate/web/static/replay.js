/** The replay: the training's record, from the first epoch to the last. */

import { byId, say, set } from "./element.js";
import { makeLosses } from "./losses.js";
import { count, history, whole } from "./words.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Training} Training */

const WHOLE_MS = 7000; // a replay takes about this long, whatever the number of snapshots
const [MIN_STEP_MS, MAX_STEP_MS] = [33, 250];

/** Which moment of a training is meant, in words. @param {Training} training @param {number} moment */
export function momentInWords({ snapshot_epochs: epochs }, moment) {
  return `epoch ${whole(epochs[moment])} of ${whole(epochs[epochs.length - 1])}`;
}

/** @param {(moment: number | null) => void} changed called with what to show: a snapshot's index, or null for live */
export function makeReplay(changed) {
  const play = byId("play");
  const slider = /** @type {HTMLInputElement} */ (byId("slider"));
  /** @type {Training | null} */
  let training = null;
  /** @type {number | null} */
  let moment = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let playing = false;

  const last = () => (training ? training.snapshots.length - 1 : 0);

  /** @param {number | null} next */
  function show(next) {
    moment = next;
    changed(moment);
  }

  function step() {
    if (!playing) return;
    if (moment !== null && moment < last()) show(moment + 1);
    if (moment === last()) return pause();
    timer = setTimeout(step, Math.min(Math.max(WHOLE_MS / last(), MIN_STEP_MS), MAX_STEP_MS));
  }

  function start() {
    playing = true;
    show(moment === null || moment === last() ? 0 : moment);
    timer = setTimeout(step, MAX_STEP_MS);
  }

  function pause() {
    clearTimeout(timer);
    playing = false;
    changed(moment);
  }

  /** @param {number} next */
  function seek(next) {
    clearTimeout(timer);
    playing = false;
    show(next);
  }

  play.addEventListener("click", () => (playing ? pause() : start()));
  slider.addEventListener("input", () => seek(Number(slider.value)));
  byId("live").addEventListener("click", () => live());
  const losses = makeLosses(byId("losses"), (epoch) => {
    const epochs = training?.snapshot_epochs ?? [];
    seek(epochs.reduce((best, at, k) => (Math.abs(at - epoch) < Math.abs(epochs[best] - epoch) ? k : best), 0));
  });

  /** Go back to the gate as it is now. */
  function live() {
    clearTimeout(timer);
    playing = false;
    show(null);
    play.focus();
  }

  return {
    start,
    /** @param {State} state @param {number | null} now the moment on show */
    update(state, now) {
      training = state.training;
      moment = now;
      const shown = moment ?? last();
      byId("recorded").hidden = !training.starts;
      losses.update(training, shown);
      set(slider, { max: last() });
      slider.value = String(shown);
      slider.setAttribute("aria-valuetext", momentInWords(training, shown));
      byId("learning").classList.toggle("failed", !training.learned);
      say(byId("outcome"), training.learned ? "" : `${training.table} was not learned`);
      say(byId("history"), history(training, state.gate.table));
      say(byId("play-label"), playing ? "Pause" : moment === null ? "Replay" : "Play");
      play.classList.toggle("playing", playing);
      say(byId("moment"), moment === null ? count(training.epochs, "epoch") : momentInWords(training, shown));
    },
  };
}
