/** What one neuron computes at this moment, with the numbers in it. */

import { biases, sigmoid, sum } from "./network.js";
import { html } from "./element.js";
import { fixed } from "./words.js";

/** @typedef {import("./types.js").Subject} Subject */
/** @typedef {{layer: number, index: number}} Neuron a layer's neuron; its bias comes after the last */

/** @param {number[]} layers @param {Neuron} neuron @returns {string} such as "hidden 2" */
export function nameOf(layers, { layer, index }) {
  const last = layers.length - 1;
  if (index === layers[layer]) return last > 1 ? `bias of layer ${layer + 1}` : "bias";
  if (layer === 0) return `input ${index + 1}`;
  if (layer === last) return layers[last] > 1 ? `output ${index + 1}` : "output";
  return last > 2 ? `hidden ${layer}.${index + 1}` : `hidden ${index + 1}`;
}

/**
 * @param {Subject} subject @param {number[][]} activations @param {Neuron} neuron
 * @returns {{weight: number, fed: number, from: Neuron}[]} what is summed up, the bias last
 */
function terms(subject, activations, { layer, index }) {
  const fed = activations[layer - 1];
  return subject.weights[layer - 1].map((row, i) => ({
    weight: row[index],
    fed: i < fed.length ? fed[i] : 1,
    from: { layer: layer - 1, index: i },
  }));
}

/** Whether the neuron is one that only gives: an input or a bias. @param {Subject} subject @param {Neuron} neuron */
const gives = (subject, { layer, index }) => layer === 0 || index === subject.layers[layer];

/** @param {Subject} subject @param {number[][]} activations @param {Neuron} neuron @returns {string} */
function giving(subject, activations, neuron) {
  if (neuron.index === subject.layers[neuron.layer]) {
    return "always 1: its weights are where the next neurons start from";
  }
  const value = activations[0]?.[neuron.index];
  return value === undefined ? "the switch is not read yet" : `${value}, because switch ${neuron.index + 1} is ${value ? "on" : "off"}`;
}

/**
 * Write the formula of a neuron.
 * @param {Element} root @param {Subject} subject @param {number[][]} activations @param {Neuron} neuron
 */
export function write(root, subject, activations, neuron) {
  const name = html("dfn", {}, nameOf(subject.layers, neuron));
  if (gives(subject, neuron) || !activations.length) {
    const text = activations.length ? giving(subject, activations, neuron) : "the switches are not read yet";
    root.replaceChildren(html("p", {}, name, activations.length ? " = " : ": ", text));
    return;
  }
  const { layer } = neuron;
  const biased = biases(subject.layers, subject.weights)[layer - 1];
  const all = terms(subject, activations, neuron);
  const pieces = all.map(({ weight, fed }, i) => {
    const sign = weight < 0 ? "\u2212" : i ? "+" : "";
    const number = html("b", { class: weight < 0 ? "negative" : "positive" }, `${sign}${i ? "\u2009" : ""}${fixed(Math.abs(weight))}`);
    if (biased && i === all.length - 1) return html("span", { class: "term" }, number);
    const value = html("span", { class: "fed" }, layer === 1 ? String(fed) : fixed(fed));
    return html("span", { class: fed < 0.005 ? "term idle" : "term" }, number, "\u2009\u00d7\u2009", value);
  });
  const z = sum(subject.weights[neuron.layer - 1], activations[neuron.layer - 1], neuron.index);
  const spaced = pieces.flatMap((piece) => [piece, " "]);
  root.replaceChildren(
    html("p", {}, name, " = sigmoid( ", ...spaced, ")"),
    html("p", {}, "= sigmoid( ", fixed(z), " ) = ", html("strong", {}, fixed(sigmoid(z), 3))),
  );
}
