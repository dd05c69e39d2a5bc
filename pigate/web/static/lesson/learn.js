/** Steps 2 to 4: a network that learns, epoch by epoch or all at once. */

import { html, svg } from "../element.js";
import { everyLevels, forward } from "../network.js";
import { fixed, whole } from "../words.js";
import { allow, button } from "./buttons.js";
import { asPrinted, makeLearner } from "./learning.js";
import { makeClass } from "./school.js";
import { fill, MEANS } from "./words.js";

/** @typedef {import("./main.js").Lesson} Lesson */
/** @typedef {import("./main.js").Step} Step */
/** @typedef {import("../types.js").Weights} Weights */

/** How long a training is shown. */
const SHOWN_MS = 4000;

/** @param {Weights} weights @param {string} levels @returns {number} */
const answer = (weights, levels) => forward(weights, levels)[weights.length][0];

/** @param {Weights} pushes @returns {number} the size of the largest */
const largest = (pushes) => Math.max(...pushes.flat(2).map(Math.abs));

/** A size with two digits that say something. @param {number} value @returns {string} */
const small = (value) => (value < 5e-7 ? "0" : value >= 0.1 ? value.toFixed(2) : value.toFixed(1 - Math.floor(Math.log10(value))));

/** The same with a sign. @param {number} value @returns {string} */
const tiny = (value) => (value < 0 ? "\u2212" : "+") + small(Math.abs(value));

/** What is 0 but for rounding is shown as 0. @param {Weights} weights @returns {Weights} */
const tidy = (weights) => weights.map((matrix) => matrix.map((row) => row.map((weight) => (Math.abs(weight) < 1e-9 ? 0 : weight))));

/** @param {string[]} names @param {(string | Node)[][]} rows @param {string} kind @returns {HTMLElement} */
function grid(names, rows, kind) {
  const head = html("tr", {}, ...names.map((name) => html("th", { scope: "col" }, name)));
  const body = rows.map(([first, ...cells]) => html("tr", {}, html("th", { scope: "row" }, first), ...cells.map((cell) => html("td", {}, cell))));
  return html("table", { class: kind }, html("thead", {}, head), html("tbody", {}, ...body));
}

/** What one epoch does, in numbers. @param {ReturnType<typeof makeLearner>} learner
 * @returns {HTMLElement[]} the errors and slopes of the rows, and how they make the pushes */
function epochInNumbers(learner) {
  const answers = learner.answers();
  const rows = answers.map(({ levels, error, slope }) => [levels, tiny(error), small(slope), html("b", {}, tiny(error * slope))]);
  const pushes = learner.pushes()[0].map(([push], i) => {
    const on = answers.filter(({ levels }) => levels[i] === "1").map(({ error, slope }) => tiny(error * slope));
    const sum = html("b", { class: push < 0 ? "negative" : "positive" }, tiny(push));
    return html("p", {}, `${fill(MEANS.push, { n: i + 1 })}: ${on.join(" ").replace(/^\+/, "")} = `, sum);
  });
  return [grid(Object.values(MEANS.pushed), rows, "pushed"), html("div", { class: "sums" }, ...pushes)];
}

/** @param {Weights} weights @param {Record<string, string>} printed @returns {HTMLElement} the digits, here and in print */
function digits(weights, printed) {
  const rows = Object.entries(printed).map(([levels, print]) => {
    const here = asPrinted(answer(weights, levels));
    return [levels, here, html("span", { class: here === print ? "same" : "" }, print)];
  });
  return grid(Object.values(MEANS.print), rows, "print");
}

/**
 * A network that begins at one start and is trained by a button.
 * @param {Lesson} lesson
 * @param {import("./learning.js").Task} task
 * @param {{shown: string[], helpers?: boolean, step?: boolean, more?: boolean}} how `more`: it can be run again and again;
 *     `helpers`: they are shown, and what was learned can be put on the board
 * @param {(course: {weights: Weights, epochs: number, first: number, last: number}) => void} ended called after a run; `first`
 *     and `last` are the largest pushes
 * @returns {Step}
 */
function training({ stage, put, controls, beside, extra }, task, { shown, helpers, step, more }, ended) {
  const { rows, tolerance, learning_rate: rate } = task;
  const group = makeClass();
  const moment = html("span", { class: "epoch" });
  let learner = makeLearner(rows, task.weights, rate);
  let [done, first] = [0, 0];

  /** @param {Weights} weights @param {number} epoch */
  function show(weights, epoch) {
    learner = makeLearner(rows, weights, rate);
    learner.pass();
    const pushes = learner.pushes();
    stage.show({ weights: tidy(weights), rows, shown, tolerance, helpers, pushes: helpers ? undefined : pushes });
    if (helpers) put.offer(null);
    moment.textContent = fill(MEANS.epoch, { n: whole(epoch) });
    if (step) {
      const [errors, sums] = epochInNumbers(learner);
      beside.replaceChildren(errors);
      extra.replaceChildren(sums);
    }
    return largest(pushes);
  }

  function begin() {
    group.leave();
    done = 0;
    for (const part of [beside, extra]) part.replaceChildren();
    first = show(task.weights, 0);
    ready(true);
  }

  /** @param {boolean} whether there is more to learn */
  function ready(whether) {
    allow(whether, run, one);
    run.textContent = done && more ? MEANS.more : MEANS.run;
  }

  const one = button(MEANS.step, () => {
    learner.update();
    show(learner.weights(), ++done);
  });
  const run = button(MEANS.run, () => {
    const [before, epochs] = [done, more ? task.epochs : task.epochs - done];
    ready(false);
    group.run([{ ...task, weights: learner.weights(), epochs }], SHOWN_MS, ([course], epoch) => {
      const k = course.moments.indexOf(epoch);
      show(course.weights[k], before + epoch);
    }, ([course]) => {
      done = before + epochs;
      const weights = course.weights[course.weights.length - 1];
      const last = show(weights, done);
      ready(Boolean(more));
      if (helpers) put.offer({ weights, rows });
      ended({ weights, epochs: done, first, last });
    });
  });
  const again = button(MEANS.again, begin);
  run.classList.add("main");
  controls.append(...(step ? [one] : []), run, again, moment);
  begin();
  return { leave: group.leave };
}

/** Step 2: one neuron, by itself. @param {Lesson} lesson @returns {Step} */
export function alone(lesson) {
  const { starts, printed, ...program } = lesson.programs["single-layer"];
  const shown = Object.keys(program.rows);
  return training(lesson, { ...program, weights: starts[1] }, { shown, step: true }, ({ weights, epochs, first, last }) => {
    lesson.beside.replaceChildren(digits(weights, printed));
    lesson.seen({ epochs: whole(epochs), first: small(first), last: small(last) });
  });
}

/** The four settings of the first two switches as corners of a square, and two lines: it takes both. */
function twoLines() {
  const dots = [[0, 0], [0, 1], [1, 0], [1, 1]].map(([a, b]) => {
    const [x, y] = [40 + 70 * a, 95 - 70 * b];
    const name = svg("text", { x: x + (a ? 16 : -16), y: y + 5, class: a ? "start" : "end" }, `${a}${b}`);
    return svg("g", {}, svg("circle", { class: a === b ? "empty" : "full", cx: x, cy: y, r: 9 }), name);
  });
  const lines = svg("path", { class: "parting", d: "M25 45 L95 115 M55 5 L125 75" });
  const picture = svg("svg", { class: "corners", viewBox: "0 0 150 125", role: "img", "aria-label": MEANS.line }, lines, ...dots);
  return html("figure", { class: "line" }, picture, html("figcaption", {}, MEANS.line));
}

/** Step 3: one neuron before a table that it cannot learn. @param {Lesson} lesson @returns {Step} */
export function shrug(lesson) {
  const { starts, ...program } = lesson.programs["single-layer"];
  const shown = everyLevels(3);
  const rows = Object.fromEntries(shown.map((levels) => [levels, levels[0] === levels[1] ? "0" : "1"]));
  const task = { ...program, rows, last_update: true, weights: starts[1] };
  return training(lesson, task, { shown, more: true }, ({ weights, epochs }) => {
    lesson.beside.replaceChildren(twoLines());
    lesson.seen({ epochs: whole(epochs), answer: fixed(answer(weights, shown[1]), 3) });
  });
}

/** Step 4: four helpers learn what one neuron could not. @param {Lesson} lesson @returns {Step} */
export function fourHelpers(lesson) {
  const { starts, printed, ...program } = lesson.programs["multi-layer"];
  return training(lesson, { ...program, weights: starts[1] }, { shown: everyLevels(3), helpers: true }, ({ weights }) => {
    const [[levels, print]] = Object.entries(printed);
    lesson.seen({ here: asPrinted(answer(weights, levels)), print });
  });
}

