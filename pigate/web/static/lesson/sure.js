/** Step 6: the tolerance, and what it takes to be stricter. */

import { html, say, set } from "../element.js";
import { decide, everyLevels, forward, targetsOf } from "../network.js";
import { fixed, whole } from "../words.js";
import { button, choose } from "./buttons.js";
import { makeCurves } from "./curves.js";
import { makeClass } from "./school.js";
import { fill, IN_PRINT, MEANS } from "./words.js";

/** @typedef {import("./learning.js").Course} Course */
/** @typedef {import("../types.js").Weights} Weights */

/** What the slider can be dragged to. */
const TOLERANCES = [0.4, 0.3, 0.2, 0.15, 0.1, 0.08, 0.06, 0.05, 0.04, 0.03, 0.02, 0.01, 0.005, 0.003, 0.002, 0.001];

/** As much stricter as this is what the guess is about. */
const STRICT = 0.01;

const SEED = "10";
const LONG = 100_000;

/** @param {import("./main.js").Lesson} lesson @returns {import("./main.js").Step} */
export function sure({ programs, stage, controls, extra, seen }) {
  const { starts, ...program } = programs["xor-gate"];
  const { rows } = program;
  const shown = everyLevels(3);
  const group = makeClass();
  const curves = makeCurves(MEANS.loss);
  const value = html("output");
  const [first] = TOLERANCES.map((t, i) => (t === program.tolerance ? i : -1)).filter((i) => i >= 0);
  const slider = /** @type {HTMLInputElement} */ (html("input", { type: "range", min: 0, max: TOLERANCES.length - 1, value: first, "aria-label": MEANS.tolerance }));
  /** @type {Course[]} */
  let courses = [];
  let [which, strict, long] = [0, false, false];

  const tolerance = () => TOLERANCES[Number(slider.value)];

  /** @param {Course} course @returns {Weights} at its end */
  const end = ({ weights }) => weights[weights.length - 1];

  /** @param {Weights} weights @param {string} levels */
  const answer = (weights, levels) => forward(weights, levels)[2][0];

  /** How many rows pass. @param {Course} course */
  const passing = (course) => shown.filter((levels) => targetsOf([decide(answer(end(course), levels), STRICT)]) === rows[levels]).length;

  function draw() {
    say(value, String(tolerance()));
    set(slider, { "aria-valuetext": String(tolerance()) });
    choose(lengths, which);
    const weights = courses.length ? end(courses[which]) : starts[SEED];
    stage.show({ weights, rows, shown, tolerance: tolerance(), helpers: false });
    if (!courses.length) return;
    curves.draw([{ course: courses[which], kind: "chosen" }], courses[which].moments[courses[which].moments.length - 1]);
    strict ||= tolerance() <= STRICT;
    long ||= which === 1;
    if (!strict || !long) return;
    const [before, after] = courses.map((course) => fixed(answer(end(course), "001"), 4));
    seen({ few: passing(courses[0]), many: passing(courses[1]), before, after, more: IN_PRINT });
  }

  const lengths = [program.epochs, LONG].map((epochs, i) =>
    button(fill(MEANS.epochs, { n: whole(epochs) }), () => {
      which = i;
      draw();
    }),
  );
  slider.addEventListener("input", draw);
  controls.append(html("label", { class: "tolerance" }, html("span", {}, MEANS.tolerance), slider, value), ...lengths);
  extra.append(curves.element);
  draw();
  const tasks = [program.epochs, LONG].map((epochs) => ({ ...program, epochs, weights: starts[SEED] }));
  group.run(tasks, 0, (found) => {
    courses = found;
    draw();
  }, () => {});
  return { leave: group.leave };
}
