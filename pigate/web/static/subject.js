/** What is on show: the gate as it is, or a training as it was at one epoch. */

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Subject} Subject */

/**
 * Keep the old gate and training where the new ones say the same, so that nothing is drawn anew for
 * no reason; and let a training that became the gate share the gate's weights.
 * @param {State | null} old @param {State} next @returns {State}
 */
export function settle(old, next) {
  const same = (/** @type {unknown} */ a, /** @type {unknown} */ b) => JSON.stringify(a) === JSON.stringify(b);
  const gate = old && same(old.gate, next.gate) ? old.gate : next.gate;
  const training = old && same(old.training, next.training) ? old.training : next.training;
  const { snapshots } = training;
  if (training.learned && same(snapshots[snapshots.length - 1], gate.weights)) snapshots[snapshots.length - 1] = gate.weights;
  return { ...next, gate, training };
}

/** @param {State} state @param {number | null} moment index of the training's snapshot; null for live
 * @returns {Subject} */
export function subjectOf({ gate, training }, moment) {
  if (moment === null) return { ...gate, live: true, learned: gate.weights };
  const last = training.snapshots.length - 1;
  const predictions = moment === last ? training.predictions : null;
  return { ...training, live: false, predictions, weights: training.snapshots[moment], learned: training.snapshots[last] };
}
