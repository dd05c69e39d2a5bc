/** Step 7: a table of one's own, taught to a simulated board, or to a network in the browser where that cannot be. */

import { post } from "../connection.js";
import { next, NOT_TAUGHT, opposite } from "../correction.js";
import { html, say } from "../element.js";
import { decide, everyLevels, forward } from "../network.js";
import { fixed, list, whole } from "../words.js";
import { allow, button } from "./buttons.js";
import { marked } from "./card.js";
import { makeClass, play, weightsAt } from "./school.js";
import { fill, LEFT_OUT, MEANS } from "./words.js";

/** @typedef {import("../types.js").State} State */
/** @typedef {import("../types.js").Weights} Weights */

const SHOWN_MS = 4000;

/** The ten starts have learned any table of three inputs after 1,225 epochs, measured. */
const PATIENCE = 5000;

/** @param {import("./main.js").Lesson} lesson @returns {import("./main.js").Step} */
export function teach({ programs, stage, board, put, controls, extra, seen }) {
  const { starts, ...program } = programs["xor-gate"];
  const shown = everyLevels(3);
  const group = makeClass();
  const problem = html("p", { id: "teach-problem", role: "alert" });
  const here = html("p", { class: "note" });
  const moment = html("span", { class: "epoch" });
  /** @type {Record<string, string>} */
  let rows = { ...((board.teachable() && board.state()?.gate.rows) || program.rows) };
  let own = starts[10]; // what learns in the browser
  /** @type {State["training"] | null} */
  let asked = null; // the training that there was when this page asked for another
  let busy = false;
  /** @type {import("./put.js").Network | null} */
  let taught = null; // what was learned in the browser
  let works = ""; // the table that the board was taught here
  /** @type {(() => void) | null} */
  let stop = null; // ends a replay that is on

  /** @param {Record<string, string>} of */
  const bits = (of) => shown.map((levels) => of[levels] ?? NOT_TAUGHT).join("");

  /** Show a network: the one that works now, unless another is given. @param {Weights} [weights] */
  function show(weights) {
    const gate = board.teachable() ? board.state()?.gate : undefined;
    const scene = { rows, shown, tolerance: gate?.tolerance ?? program.tolerance, aim };
    if (weights || !gate) stage.show({ ...scene, weights: weights ?? own });
    else stage.show({ ...scene, weights: gate.weights, predictions: gate.predictions });
    allow(!busy, go, wrong);
    cancel.hidden = !(busy && gate);
    put.offer(gate ? undefined : busy ? null : taught);
    say(here, gate ? (bits(gate.rows) === works ? MEANS.works : "") : board.takes() ? MEANS.beside : MEANS.here);
  }

  /** @param {string} levels */
  function aim(levels) {
    if (controls.matches(":disabled") || busy) return;
    const { [levels]: now, ...others } = rows;
    const then = next(now, [], 0);
    rows = then === NOT_TAUGHT ? others : { ...others, [levels]: then };
    complain("");
    show();
  }

  /** @param {string} text */
  function complain(text) {
    problem.replaceChildren(...marked(text));
  }

  /** @param {boolean} learned @param {number} epochs @param {(levels: string) => number} answer */
  function finish(learned, epochs, answer) {
    busy = false;
    say(moment, fill(MEANS.epoch, { n: whole(epochs) }));
    show();
    if (!learned) return complain(MEANS.failed);
    const out = shown.filter((levels) => !Object.hasOwn(rows, levels));
    const guesses = out.map((row) => fill(LEFT_OUT.guess, { row, answer: fixed(answer(row)) }));
    seen({ taught: shown.length - out.length, epochs: whole(epochs), guesses: list(guesses) || LEFT_OUT.none, open: out.length ? 0 : 1 });
  }

  function learnHere() {
    const tasks = Object.values(starts).map((weights) => ({ ...program, rows, weights, epochs: PATIENCE, until_proved: true }));
    const best = (/** @type {import("./learning.js").Course[]} */ courses) => courses.reduce((a, b) => ((b.proved ?? Infinity) < (a.proved ?? Infinity) ? b : a));
    group.run(tasks, SHOWN_MS, (courses, epoch) => {
      const winner = best(courses);
      const now = Math.min(epoch, winner.proved ?? epoch);
      say(moment, fill(MEANS.epoch, { n: whole(now) }));
      show(weightsAt(winner, now));
    }, (courses) => {
      const { proved, moments, weights } = best(courses);
      if (proved !== null) {
        own = weights[weights.length - 1];
        taught = { weights: own, rows };
      }
      finish(proved !== null, proved ?? moments[moments.length - 1], (levels) => forward(own, levels)[own.length][0]);
    });
  }

  /** @param {State["training"]} training */
  function replay({ snapshots, snapshot_epochs: epochs, learned, predictions }) {
    stop?.();
    stop = play(snapshots.length, SHOWN_MS, (k) => {
      say(moment, fill(MEANS.epoch, { n: whole(epochs[k]) }));
      show(snapshots[k]);
      if (k < snapshots.length - 1) return;
      stop = null;
      works = learned ? bits(rows) : "";
      finish(learned, epochs[k], (levels) => predictions[levels][0]);
    });
  }

  async function begin() {
    if (!Object.keys(rows).length) return complain(MEANS.untaught);
    complain("");
    busy = true;
    say(moment, MEANS.busy);
    show();
    const training = board.state()?.training;
    if (!board.teachable() || !training) return learnHere();
    asked = training;
    const table = bits(rows);
    const seed = training.learned || training.table !== table ? {} : { seed: training.seed + 1 };
    const refused = await post("/api/train", { table, ...seed });
    if (!refused) return;
    [busy, asked] = [false, null];
    complain(refused);
    say(moment, "");
    show();
  }

  const go = button(MEANS.teach, begin);
  const wrong = button(MEANS.wrong, () => {
    const levels = board.levels();
    const now = (board.teachable() && board.state()?.snapshot?.decision) || [decide(forward(own, levels)[own.length][0], program.tolerance)];
    rows = { ...rows, [levels]: opposite(undefined, now, 0) };
    begin();
  });
  const cancel = button(MEANS.cancel, async () => complain(await post("/api/cancel", {})));
  go.classList.add("main");
  controls.append(go, wrong, cancel, moment);
  extra.append(problem, here);
  show();

  return {
    told(before) {
      const state = board.state();
      if (asked && state && board.teachable()) {
        if (state.training !== asked) {
          asked = null;
          return replay(state.training);
        }
        if (before?.busy && !state.busy) { // cancelled
          [asked, busy] = [null, false];
          say(moment, "");
        }
      }
      if (!stop && !busy) show();
      return undefined;
    },
    leave() {
      group.leave();
      stop?.();
    },
  };
}
