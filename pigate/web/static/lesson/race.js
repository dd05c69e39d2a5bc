/** Step 5: ten starts at once, and then four, of which the first that is proved wins. */

import { html, say, set } from "../element.js";
import { decide, everyLevels, forward, targetsOf } from "../network.js";
import { list, whole } from "../words.js";
import { allow, button } from "./buttons.js";
import { makeCurves } from "./curves.js";
import { makeClass, weightsAt } from "./school.js";
import { fill, MEANS } from "./words.js";

/** @typedef {import("./learning.js").Course} Course */
/** @typedef {import("../types.js").Weights} Weights */

const SHOWN_MS = 4000;

/** As many starts as pigate trains side by side. */
const FOUR = 4;

/** @param {import("./main.js").Lesson} lesson @returns {import("./main.js").Step} */
export function race({ programs, stage, board, put, controls, extra, seen }) {
  const { starts, ...program } = programs["xor-gate"];
  const { rows, tolerance, epochs } = program;
  const shown = everyLevels(3);
  const seeds = Object.keys(starts);
  const group = makeClass();
  const moment = html("span", { class: "epoch" });
  const curves = makeCurves(MEANS.losses);
  const told = html("p", { role: "status" });
  /** @type {Course[]} */
  let courses = [];
  let [now, chosen, winner, ended] = [0, 0, -1, false];
  /** @type {string[]} */
  let failed = [];

  const lanes = seeds.map((seed, i) => {
    const lane = button("", () => {
      chosen = i;
      draw();
    });
    lane.append(html("span", {}, fill(MEANS.start, { n: seed })), html("b"));
    return lane;
  });

  /** @param {number} start @returns {Weights} */
  const weights = (start) => (courses[start] ? weightsAt(courses[start], now) : starts[seeds[start]]);

  /** @param {number} start @returns {number} how many rows are right */
  const right = (start) =>
    shown.filter((levels) => targetsOf([decide(forward(weights(start), levels)[2][0], tolerance)]) === rows[levels]).length;

  function draw() {
    stage.show({ weights: weights(chosen), rows, shown, tolerance, helpers: true });
    put.offer(ended ? { weights: weights(chosen), rows } : null);
    lanes.forEach((lane, i) => {
      const rowsRight = right(i);
      const racing = !courses.length || Boolean(courses[i]);
      const won = i === winner || (ended && winner < 0 && rowsRight === shown.length);
      const lost = ended && racing && !won;
      set(lane, { class: `lane${won ? " won" : lost && winner < 0 ? " lost" : ""}`, "aria-pressed": String(i === chosen) });
      lane.hidden = !racing;
      say(/** @type {Element} */ (lane.lastElementChild), `${won ? "\u2713 " : lost && winner < 0 ? "\u2717 " : ""}${fill(MEANS.count, { right: rowsRight })}`);
    });
    say(moment, fill(MEANS.epoch, { n: whole(now) }));
    if (!courses.length) return;
    const all = courses.map((course, i) => ({ course, kind: i === chosen ? "chosen" : i === winner ? "good" : "quiet" }));
    curves.draw([...all].sort((a, b) => Number(a.kind !== "quiet") - Number(b.kind !== "quiet")), epochs, now);
  }

  /** @param {string[]} entered seeds @param {boolean} until whether the first that is proved ends it */
  function begin(entered, until) {
    allow(false, all, four);
    [ended, winner] = [false, -1];
    chosen = Math.min(chosen, entered.length - 1);
    const tasks = entered.map((seed) => ({ ...program, weights: starts[seed], until_proved: until }));
    group.run(tasks, SHOWN_MS, (found, epoch) => {
      courses = found;
      const first = until ? Math.min(...found.map(({ proved }) => proved ?? Infinity)) : Infinity;
      now = Math.min(epoch, first);
      if (now === first && winner < 0) chosen = winner = found.findIndex(({ proved }) => proved === first);
      draw();
    }, () => finish(until));
  }

  /** @param {boolean} until */
  function finish(until) {
    ended = true;
    allow(true, all, four);
    draw();
    if (!until) failed = seeds.filter((_, i) => right(i) < shown.length);
    else seen({ failed: list(failed, 10), n: failed.length, winner: seeds[winner], epochs: whole(now) });
    const training = board.state()?.training;
    if (until && training && training.starts > 1 && training.learned) {
      say(told, fill(MEANS.board, { starts: training.starts, winner: training.winner + 1, epochs: whole(training.epochs) }));
    }
  }

  const all = button(MEANS.race, () => begin(seeds, false));
  const four = button(MEANS.four, () => begin(seeds.slice(0, FOUR), true));
  all.classList.add("main");
  allow(false, four); // until one has seen what becomes of ten
  controls.append(all, four, moment);
  extra.append(html("div", { class: "column" }, html("div", { class: "lanes" }, ...lanes), told), curves.element);
  draw();
  return { leave: group.leave };
}
