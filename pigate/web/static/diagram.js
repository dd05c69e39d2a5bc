/** The drawing of the network: weights as lines, neurons lit by their activations. */

import { set, svg, unit } from "./element.js";
import { nameOf } from "./formula.js";
import { strongest } from "./network.js";
import { fixed, signed } from "./words.js";

/** @typedef {import("./types.js").Subject} Subject */
/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {import("./formula.js").Neuron} Neuron */
/** @typedef {{layer: number, from: number, to: number, line: SVGElement}} Weight */

/** More lines than this are a carpet; the strongest of the learned weights stand for the rest. */
const MAX_LINES = 1200;
/** More numbers than this at the lines into one neuron cannot be read. */
const MAX_LABELS = 9;

/** @param {Element} root an SVG @param {(neuron: Neuron | null) => void} pointed called with the neuron that is looked at */
export function makeDiagram(root, pointed) {
  /** @type {Subject} */
  let subject;
  /** @type {Layout} */
  let plan;
  /** @type {Weight[]} */
  let lines = [];
  /** @type {SVGElement[][]} */
  let neurons = [];
  /** @type {SVGElement[][]} */
  let wires = [];
  let labels = svg("g");
  let largest = 1;
  /** @type {Neuron} */
  let stop = { layer: 0, index: 0 }; // where the Tab key comes in

  /** @param {Neuron} neuron */
  function drawNeuron({ layer, index }) {
    const { x, y } = plan.places[layer][index];
    const r = plan.radii[layer];
    const bias = index === subject.layers[layer];
    const shape = bias
      ? (/** @type {string} */ cls) => svg("rect", { class: cls, x: -r * 0.7, y: -r * 0.7, width: r * 1.4, height: r * 1.4, rx: r * 0.2 })
      : (/** @type {string} */ cls) => svg("circle", { class: cls, r });
    const group = svg("g", { class: bias ? "neuron bias" : "neuron", transform: `translate(${x} ${y})`, tabindex: -1, role: "img" });
    group.style.setProperty("--layer", String(layer));
    if (!bias) group.append(svg("circle", { class: "halo", r: r * 2.1, fill: "url(#glow)" }));
    group.append(shape("cell"), shape("light"), shape("ring"));
    if (r >= 15) group.append(svg("text", { class: "value", "font-size": Math.max(9, r * 0.62) }));
    const here = { layer, index };
    group.addEventListener("pointerenter", () => point(here));
    group.addEventListener("pointerleave", () => point(null));
    group.addEventListener("focus", () => { moveStop(here); point(here); });
    group.addEventListener("blur", () => point(null));
    group.addEventListener("click", () => group.focus());
    return group;
  }

  /** @returns {SVGElement} the names of the layers, above them */
  function captions() {
    const last = plan.places.length - 1;
    const names = subject.layers.map((width, l) => (l === 0 ? "inputs" : l < last ? "hidden" : width > 1 ? "outputs" : "output"));
    return svg("g", { class: "captions", "aria-hidden": "true" }, ...names.map((name, l) => svg("text", { x: plan.places[l][0].x, y: 22 * unit() }, name)));
  }

  /** @param {Neuron} to */
  function moveStop(to) {
    neurons[stop.layer]?.[stop.index]?.setAttribute("tabindex", "-1");
    stop = to;
    neurons[stop.layer][stop.index].setAttribute("tabindex", "0");
  }

  /** @param {Neuron | null} neuron */
  function point(neuron) {
    const focused = neurons.flat().includes(/** @type {any} */ (document.activeElement));
    pointed(neuron ?? (focused ? stop : null));
  }

  root.addEventListener("keydown", (event) => {
    const key = /** @type {KeyboardEvent} */ (event).key;
    const arrows = plan.downwards ? ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"] : ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
    const way = arrows.indexOf(key);
    if (way < 0) return;
    event.preventDefault();
    const layer = Math.min(Math.max(stop.layer + [-1, 1, 0, 0][way], 0), neurons.length - 1);
    const index = Math.min(Math.max(stop.index + [0, 0, -1, 1][way], 0), neurons[layer].length - 1);
    neurons[layer][index].focus();
  });

  return {
    /** Draw anew, for another network or another size. @param {Subject} nextSubject @param {Layout} nextPlan */
    build(nextSubject, nextPlan) {
      const focused = root.contains(document.activeElement);
      subject = nextSubject;
      plan = nextPlan;
      const { width, height, places, radii, downwards } = plan;
      set(root, { viewBox: `0 0 ${width} ${height}`, width, height });
      const ends = places[places.length - 1];
      wires = [
        places[0].slice(0, subject.layers[0]).map(({ x, y }) => svg("path", { class: "wire", d: downwards ? `M${x} 0 V${y}` : `M0 ${y} H${x}` })),
        ends.map(({ x, y }) => svg("path", { class: "wire out", d: downwards ? `M${x} ${y} V${height}` : `M${x} ${y} H${width}` })),
      ];
      lines = strongest(subject.learned, MAX_LINES).map((weight) => {
        const [a, b] = [places[weight.layer][weight.from], places[weight.layer + 1][weight.to]];
        const line = svg("path", { d: `M${a.x} ${a.y} L${b.x} ${b.y}` });
        line.style.setProperty("--layer", String(weight.layer));
        return { ...weight, line };
      });
      largest = Math.max(1, ...subject.learned.flat(2).map(Math.abs));
      neurons = places.map((layer, l) => layer.map((_, index) => drawNeuron({ layer: l, index })));
      labels = svg("g", { class: "labels", "aria-hidden": "true" });
      root.replaceChildren(
        svg("g", { class: "wires", "aria-hidden": "true" }, ...wires.flat()),
        svg("g", { class: "weights", "aria-hidden": "true" }, ...lines.map(({ line }) => line)),
        ...neurons.flat(),
        labels,
      );
      if (!downwards) root.prepend(captions());
      root.classList.toggle("dense", Math.min(...radii) < 13);
      moveStop({ layer: places.length - 1, index: 0 });
      if (focused) neurons[stop.layer][stop.index].focus();
      return { drawn: lines.length, all: subject.learned.flat(2).length };
    },

    /**
     * Light it up.
     * @param {Subject} next @param {number[][]} activations empty when the switches are not read yet
     * @param {Neuron | null} looked the neuron that is looked at
     */
    update(next, activations, looked) {
      subject = next;
      root.classList.toggle("looking", looked !== null && looked.layer > 0 && looked.index < subject.layers[looked.layer]);
      for (const { layer, from, to, line } of lines) {
        const weight = subject.weights[layer][from][to];
        const size = 0.4 + (Math.min(Math.abs(weight) / largest, 1.2) * plan.radii[layer + 1]) / 2.8;
        const fed = from < subject.layers[layer] ? (activations[layer]?.[from] ?? 0) : 1;
        const into = looked !== null && looked.layer === layer + 1 && looked.index === to;
        const out = looked !== null && looked.layer === layer && looked.index === from;
        set(line, { class: `${weight < 0 ? "negative" : "positive"}${into || out ? " looked" : ""}`, "stroke-width": size.toFixed(2) });
        set(line, { "stroke-dasharray": weight < 0 ? `${(4 + size * 1.3).toFixed(1)} ${(3 + size * 0.5).toFixed(1)}` : null });
        line.style.setProperty("--fed", fed.toFixed(3));
      }
      neurons.forEach((layer, l) => layer.forEach((group, index) => {
        const value = index === subject.layers[l] ? 1 : activations[l]?.[index];
        const text = value === undefined ? "?" : l === 0 || index === subject.layers[l] ? String(value) : fixed(value);
        const here = looked?.layer === l && looked.index === index;
        group.style.setProperty("--a", (value ?? 0).toFixed(3));
        group.classList.toggle("bright", (value ?? 0) > 0.5);
        group.classList.toggle("looked", here);
        set(group, { "aria-label": `${nameOf(subject.layers, { layer: l, index })}: ${text}`, "aria-describedby": here ? "formula" : null });
        const label = group.querySelector("text");
        if (label && label.textContent !== text) label.textContent = text;
      }));
      wires[0].forEach((wire, index) => wire.classList.toggle("on", activations[0]?.[index] === 1));
      wires[1].forEach((wire, index) => {
        wire.classList.toggle("cut", !subject.live);
        wire.style.setProperty("--a", (activations[activations.length - 1]?.[index] ?? 0).toFixed(3));
      });
      writeWeights(looked);
    },
  };

  /** Put the numbers at the lines into the neuron that is looked at. @param {Neuron | null} looked */
  function writeWeights(looked) {
    labels.replaceChildren();
    if (!looked || looked.layer === 0 || looked.index >= subject.layers[looked.layer]) return;
    const matrix = subject.weights[looked.layer - 1];
    if (matrix.length > MAX_LABELS) return;
    const to = plan.places[looked.layer][looked.index];
    matrix.forEach((row, i) => {
      const from = plan.places[looked.layer - 1][i];
      const [x, y] = [from.x + (to.x - from.x) * 0.36, from.y + (to.y - from.y) * 0.36];
      const weight = row[looked.index];
      labels.append(svg("text", { x, y, class: weight < 0 ? "negative" : "positive" }, signed(weight)));
    });
  }
}
