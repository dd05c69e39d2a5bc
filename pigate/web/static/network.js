/** The network's arithmetic, the same as the gate's own. */

/** @typedef {import("./types.js").Weights} Weights */
/** @typedef {import("./types.js").Decision} Decision */

/** @param {number} z @returns {number} between 0 and 1, without overflow */
export const sigmoid = (z) => 0.5 * (1 + Math.tanh(z / 2));

/**
 * Whether each layer's matrix has a bias row.
 * @param {number[]} layers @param {Weights} weights @returns {boolean[]}
 */
export const biases = (layers, weights) => weights.map((matrix, l) => matrix.length > layers[l]);

/**
 * The weighted sum of one neuron, bias included.
 * @param {number[][]} matrix @param {number[]} fed the activations of the layer before @param {number} neuron
 * @returns {number}
 */
export function sum(matrix, fed, neuron) {
  let z = matrix.length > fed.length ? matrix[fed.length][neuron] : 0;
  for (let i = 0; i < fed.length; i++) z += fed[i] * matrix[i][neuron];
  return z;
}

/**
 * The activations of every layer, the inputs first. An unknown level, "?", counts as a half: it is drawn half lit.
 * @param {Weights} weights @param {string} levels @returns {number[][]}
 */
export function forward(weights, levels) {
  const activations = [[...levels].map((level) => (level === "?" ? 0.5 : Number(level)))];
  for (const matrix of weights) {
    const fed = activations[activations.length - 1];
    activations.push(matrix[0].map((_, neuron) => sigmoid(sum(matrix, fed, neuron))));
  }
  return activations;
}

/** @param {number} prediction @param {number} tolerance @returns {Decision} */
export function decide(prediction, tolerance) {
  if (prediction > 1 - tolerance) return "on";
  return prediction < tolerance ? "off" : "undecided";
}

/** What a row with these decisions would have as its targets. @param {Decision[]} decisions @returns {string} */
export const targetsOf = (decisions) => decisions.map((d) => ({ on: "1", off: "0", undecided: "?" })[d]).join("");

/** All levels of this number of inputs, in counting order. @param {number} inputs @returns {string[]} */
export const everyLevels = (inputs) =>
  Array.from({ length: 2 ** inputs }, (_, row) => row.toString(2).padStart(inputs, "0"));

/**
 * The weights with the largest sizes. Every layer has the same share; what a small one does not need goes to the
 * larger ones.
 * @param {Weights} weights @param {number} most of all layers together
 * @returns {{layer: number, from: number, to: number, size: number}[]}
 */
export function strongest(weights, most) {
  const layers = weights.map((matrix, layer) =>
    matrix.flatMap((row, from) => row.map((weight, to) => ({ layer, from, to, size: Math.abs(weight) }))),
  );
  let left = most;
  layers.sort((a, b) => a.length - b.length);
  return layers.flatMap((layer, l) => {
    const kept = layer.sort((a, b) => b.size - a.size).slice(0, Math.ceil(left / (layers.length - l)));
    left -= kept.length;
    return kept;
  });
}
