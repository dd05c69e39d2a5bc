/** What one neuron computes at this moment, with the numbers in it. */

import { html, say, set } from "./element.js";
import { makeTerm } from "./explain.js";
import { sigmoid, sum as weightedSum } from "./network.js";
import { fixed } from "./words.js";

/** @typedef {import("./types.js").Subject} Subject */
/** @typedef {{layer: number, index: number}} Neuron a layer's neuron; its bias comes after the last */

/** @param {number[]} layers @param {Neuron} neuron @param {string[]} [names] of the outputs @returns {string} such as "hidden 2" */
export function nameOf(layers, { layer, index }, names = []) {
  const last = layers.length - 1;
  if (index === layers[layer]) return last > 1 ? `bias of layer ${layer + 1}` : "bias";
  if (layer === 0) return `input ${index + 1}`;
  if (layer === last) return names[index] ?? (layers[last] > 1 ? `output ${index + 1}` : "output");
  return last > 2 ? `hidden ${layer}.${index + 1}` : `hidden ${index + 1}`;
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

/** @typedef {(subject: Subject, activations: number[][], neuron: Neuron) => void} Write */
/** The places that have a formula already. @type {WeakMap<Element, Write>} */
const places = new WeakMap();

/**
 * Write the formula of a neuron. Its pieces stay, and only their texts change: what is pointed at in it keeps the focus.
 * @param {Element} root @param {Subject} subject @param {number[][]} activations empty when the switches are not read yet
 * @param {Neuron} neuron
 */
export function write(root, subject, activations, neuron) {
  const place = places.get(root) ?? makePlace(root);
  places.set(root, place);
  place(subject, activations, neuron);
}

/** @param {Element} root @returns {Write} */
function makePlace(root) {
  const sum = html("span");
  const total = html("span");
  const result = html("strong");
  const name = html("dfn");
  const said = html("span"); // of a neuron that only gives
  const summed = html("span", {}, " = ", makeTerm("sigmoid"), "( ", sum, ")");
  const squeezed = html("p", {}, "= sigmoid( ", total, " ) = ", result);
  root.replaceChildren(html("p", {}, name, said, summed), squeezed);
  /** @type {{term: HTMLElement, weight: HTMLElement, times: HTMLElement, fed: HTMLElement}[]} */
  let terms = [];

  /** @param {number} count */
  function build(count) {
    terms = Array.from({ length: count }, () => {
      const [weight, fed] = [html("b"), html("span", { class: "fed" })];
      const times = html("span", {}, "\u2009\u00d7\u2009", fed);
      return { term: html("span", {}, weight, times), weight, times, fed };
    });
    sum.replaceChildren(...terms.flatMap(({ term }) => [term, " "]));
  }

  return (subject, activations, neuron) => {
    say(name, nameOf(subject.layers, neuron, subject.names));
    const only = gives(subject, neuron) || !activations.length;
    said.hidden = !only;
    summed.hidden = squeezed.hidden = only;
    if (only) return say(said, activations.length ? ` = ${giving(subject, activations, neuron)}` : ": the switches are not read yet");
    const { layer, index } = neuron;
    const matrix = subject.weights[layer - 1];
    const before = activations[layer - 1];
    if (terms.length !== matrix.length) build(matrix.length);
    matrix.forEach((row, i) => {
      const { term, weight, times, fed } = terms[i];
      const [size, given] = [row[index], before[i] ?? 1];
      const sign = size < 0 ? "\u2212" : i ? "+" : "";
      set(weight, { class: size < 0 ? "negative" : "positive" });
      say(weight, `${sign}${i ? "\u2009" : ""}${fixed(Math.abs(size))}`);
      times.hidden = i === before.length; // the bias
      say(fed, layer === 1 ? String(given) : fixed(given));
      set(term, { class: given < 0.005 ? "term-sum idle" : "term-sum" });
    });
    const z = weightedSum(matrix, before, index);
    say(total, fixed(z));
    say(result, fixed(sigmoid(z), 3));
  };
}
