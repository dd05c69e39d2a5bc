/** Plain backpropagation, as the three articles have it: sigmoids, squared error, all rows at once, no bias. */

import { sigmoid } from "../network.js";

/** @typedef {import("../types.js").Weights} Weights */

/**
 * @typedef {object} Answer what a network says to one taught row, and what follows from it at the output
 * @property {string} levels
 * @property {number} target
 * @property {number} prediction
 * @property {number} error the target less the prediction
 * @property {number} slope of the sigmoid at the prediction: how far it moves when its sum moves a little
 *
 * @typedef {object} Task
 * @property {Record<string, string>} rows levels to target, one output
 * @property {Weights} weights to begin with
 * @property {number} learning_rate
 * @property {number} epochs
 * @property {boolean} [last_update] whether the last epoch updates, too: as in most programs
 * @property {number} tolerance
 * @property {boolean} [until_proved] whether to stop when every row is inside the tolerance
 *
 * @typedef {object} Course how a training went
 * @property {number[]} moments numbers of epochs, the first 0, closer together where more happens
 * @property {Weights[]} weights at each moment
 * @property {number[]} losses at each moment
 * @property {number | null} proved the number of epochs after which every row was inside the tolerance for the first time
 */

/** A course has about this many moments: enough for a smooth replay. */
const MOMENTS = 120;

/** @param {Weights} weights @returns {Float64Array[][]} */
const copied = (weights) => weights.map((matrix) => matrix.map((row) => Float64Array.from(row)));

/** @param {Float64Array[][]} matrices @returns {Weights} */
const plainly = (matrices) => matrices.map((matrix) => matrix.map((row) => [...row]));

/**
 * A network that learns. `pass` asks it all rows; then `answers` and `pushes` tell what came of that, and `update`
 * moves the weights by the pushes.
 * @param {Record<string, string>} rows @param {Weights} start @param {number} rate
 */
export function makeLearner(rows, start, rate) {
  const names = Object.keys(rows);
  const targets = names.map((levels) => Number(rows[levels]));
  const weights = copied(start);
  const depth = weights.length;
  const widths = [weights[0].length, ...weights.map((matrix) => matrix[0].length)];
  const activations = names.map((levels) => widths.map((width, l) => (l ? new Float64Array(width) : Float64Array.from(levels, Number))));
  const deltas = widths.map((width) => new Float64Array(width));
  const gradient = copied(start);

  /** @param {Float64Array[]} a one row's activations, the inputs first */
  function forward(a) {
    for (let l = 0; l < depth; l++) {
      const [fed, given, matrix] = [a[l], a[l + 1], weights[l]];
      for (let j = 0; j < given.length; j++) {
        let z = 0;
        for (let i = 0; i < fed.length; i++) z += fed[i] * matrix[i][j];
        given[j] = sigmoid(z);
      }
    }
  }

  /** Add what one row says about the weights. @param {Float64Array[]} a */
  function backward(a) {
    for (let l = depth - 1; l >= 0; l--) {
      const [fed, matrix, above, below] = [a[l], weights[l], deltas[l + 1], deltas[l]];
      for (let i = 0; i < fed.length; i++) {
        let back = 0;
        for (let j = 0; j < above.length; j++) {
          back += above[j] * matrix[i][j];
          gradient[l][i][j] += fed[i] * above[j];
        }
        below[i] = back * fed[i] * (1 - fed[i]);
      }
    }
  }

  return {
    /** Ask all rows, and sum up the pushes. @returns {number} the loss: the mean of the squared errors */
    pass() {
      for (const matrix of gradient) for (const row of matrix) row.fill(0);
      let squares = 0;
      for (let r = 0; r < names.length; r++) {
        const a = activations[r];
        forward(a);
        const out = a[depth][0];
        const error = targets[r] - out;
        squares += error * error;
        deltas[depth][0] = error * out * (1 - out);
        backward(a);
      }
      return squares / names.length;
    },
    update() {
      for (let l = 0; l < depth; l++) {
        for (let i = 0; i < weights[l].length; i++) {
          for (let j = 0; j < weights[l][i].length; j++) weights[l][i][j] += rate * gradient[l][i][j];
        }
      }
    },
    /** @returns {Answer[]} of the last pass, in the order of the rows */
    answers: () =>
      names.map((levels, r) => {
        const prediction = activations[r][depth][0];
        return { levels, target: targets[r], prediction, error: targets[r] - prediction, slope: prediction * (1 - prediction) };
      }),
    /** By how much `update` will move each weight. @returns {Weights} */
    pushes: () => plainly(gradient).map((matrix) => matrix.map((row) => row.map((g) => rate * g))),
    weights: () => plainly(weights),
    /** Whether every row was inside the tolerance in the last pass. @param {number} tolerance */
    proved: (tolerance) => targets.every((target, r) => Math.abs(target - activations[r][depth][0]) < tolerance),
  };
}

/** Which moments of a training to keep: the first epochs one by one, later ones further and further apart.
 * @param {number} epochs @returns {number[]} */
export function momentsOf(epochs) {
  const kept = new Set([0, epochs]);
  for (let k = 0; k <= MOMENTS; k++) kept.add(Math.min(Math.round((epochs + 1) ** (k / MOMENTS)) - 1, epochs));
  return [...kept].sort((a, b) => a - b);
}

/** Train from start to end. @param {Task} task @returns {Course} */
export function descend({ rows, weights, learning_rate, epochs, last_update = true, tolerance, until_proved = false }) {
  const learner = makeLearner(rows, weights, learning_rate);
  const wanted = momentsOf(epochs);
  /** @type {Course} */
  const course = { moments: [], weights: [], losses: [], proved: null };
  const keep = (/** @type {number} */ epoch, /** @type {number} */ loss) => {
    course.moments.push(epoch);
    course.weights.push(learner.weights());
    course.losses.push(loss);
  };
  for (let epoch = 0; epoch < epochs; epoch++) {
    const loss = learner.pass();
    if (wanted[course.moments.length] === epoch) keep(epoch, loss);
    if (course.proved === null && learner.proved(tolerance)) {
      course.proved = epoch;
      if (until_proved) {
        if (course.moments.at(-1) !== epoch) keep(epoch, loss);
        return course;
      }
    }
    if (last_update || epoch < epochs - 1) learner.update();
  }
  const loss = learner.pass();
  if (course.proved === null && learner.proved(tolerance)) course.proved = epochs;
  keep(epochs, loss);
  return course;
}

/** A number as the articles print it: NumPy's eight digits, without the last zeros. @param {number} value @returns {string} */
export const asPrinted = (value) => value.toFixed(8).replace(/\.?0+$/, "");
