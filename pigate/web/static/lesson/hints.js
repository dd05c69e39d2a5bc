/** Hints for the neuron that is set by hand, computed from its weights. */

import { decide, forward, targetsOf } from "../network.js";

/** @typedef {{row: string, target: number, prediction: number, weight: number, up: boolean, to: number}} Hint */

/** A weight can be set from minus this to this, in such steps. */
export const [LARGEST, STEP] = [10, 0.2];

/** How far a row's sum should be on its side of 0: beyond 2.2, where the sigmoid passes 0.9. */
const MARGIN = 3;

/** A hint is followed when the weight is as near as this to where it should go. */
const NEAR = STEP / 2;

/** @param {number} value @returns {number} the nearest value that a weight can be set to */
export const onGrid = (value) => Math.round(Math.min(Math.max(value, -LARGEST), LARGEST) / STEP) / Math.round(1 / STEP) + 0; // no -0

/** @param {number[]} weights @param {string} levels @returns {number} the neuron's answer */
const answer = (weights, levels) => forward([weights.map((weight) => [weight])], levels)[1][0];

/** The rows that are not right. @param {Record<string, string>} rows @param {number[]} weights @param {number} tolerance */
export const wrongRows = (rows, weights, tolerance) =>
  Object.keys(rows).filter((levels) => targetsOf([decide(answer(weights, levels), tolerance)]) !== rows[levels]);

/** How much all rows lack, the squares of it summed up: smooth, and 0 only where every row has its margin.
 * @param {Record<string, string>} rows @param {number[]} weights */
function lack(rows, weights) {
  return Object.entries(rows).reduce((total, [levels, target]) => {
    const sum = weights.reduce((z, weight, i) => z + weight * Number(levels[i]), 0);
    return total + Math.max(0, MARGIN - (target === "1" ? sum : -sum)) ** 2;
  }, 0);
}

/**
 * The one weight to move, so that most is gained, and where to. A hint stays until it is followed.
 * @param {Record<string, string>} rows @param {number[]} weights @param {number} tolerance @param {Hint | null} before
 * @returns {Hint | null} null when every row is right
 */
export function hintFor(rows, weights, tolerance, before) {
  const wrong = wrongRows(rows, weights, tolerance);
  if (!wrong.length) return null;
  if (before && wrong.includes(before.row)) {
    const way = before.to - weights[before.weight];
    if (Math.abs(way) > NEAR && way > 0 === before.up) return { ...before, prediction: answer(weights, before.row) };
  }
  let [least, weight, to] = [Infinity, 0, 0];
  weights.forEach((now, i) => {
    for (let k = -LARGEST / STEP; k <= LARGEST / STEP; k++) {
      const value = onGrid(k * STEP);
      const left = lack(rows, weights.with(i, value));
      if (left < least && Math.abs(value - now) > NEAR) [least, weight, to] = [left, i, value];
    }
  });
  const up = to > weights[weight];
  // The row to look at is a wrong one that this move helps, if there is one: the weight's switch is on in it.
  const helped = wrong.filter((levels) => levels[weight] === "1" && (rows[levels] === "1") === up);
  const row = [...helped, ...wrong][0];
  return { row, target: Number(rows[row]), prediction: answer(weights, row), weight, up, to };
}
