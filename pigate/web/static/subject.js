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

/**
 * @param {State} state @param {number | null} moment index of the training's snapshot; null for live
 * @param {Subject | null} [old] what was on show; it stays if it is the same
 * @returns {Subject}
 */
export function subjectOf({ gate, training, output_names }, moment, old = null) {
  const live = moment === null;
  const weights = live ? gate.weights : training.snapshots[moment];
  if (old && old.weights === weights && old.live === live && old.rows === (live ? gate : training).rows) return old;
  const names = namesOf(output_names, (live ? gate : training).table);
  if (live) return { ...gate, names, live, learned: weights };
  const last = training.snapshots.length - 1;
  const predictions = moment === last ? training.predictions : null;
  return { ...training, guesses: gate.guesses, names, live, predictions, weights, learned: training.snapshots[last] };
}

/** What a table's outputs are called. @param {Record<string, string[]>} known @param {string} table @returns {string[]} */
export const namesOf = (known, table) => (Object.hasOwn(known, table) ? known[table] : []);
