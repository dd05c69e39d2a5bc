/** The drawing of the network: weights as lines, neurons lit by their activations. */

import { set, svg, unit } from "./element.js";
import { nameOf } from "./formula.js";
import { makeWeights } from "./weights.js";
import { fixed, signed } from "./words.js";

/** @typedef {import("./types.js").Subject} Subject */
/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {import("./formula.js").Neuron} Neuron */
/** @typedef {{group: SVGElement, label: Element | null, text: string, name: string, value: number | undefined, here: boolean}} Drawn */

/** Smaller neurons have no light around them. */
const MIN_HALO = 8;
/** More numbers than this at the lines into one neuron cannot be read. */
const MAX_LABELS = 9;

/** @param {Element} root an SVG @param {(neuron: Neuron | null) => void} pointed called with the neuron that is looked at */
export function makeDiagram(root, pointed) {
  /** @type {Subject} */
  let subject;
  /** @type {Layout} */
  let plan;
  /** @type {ReturnType<typeof makeWeights>} */
  let weights;
  /** @type {Drawn[][]} */
  let neurons = [];
  /** @type {SVGElement[][]} */
  let wires = [];
  let labels = svg("g");
  let labelled = ""; // what stands on the lines
  /** @type {Neuron} */
  let stop = { layer: 0, index: 0 }; // where the Tab key comes in

  /** @param {Neuron} neuron @returns {Drawn} */
  function drawNeuron({ layer, index }) {
    const { x, y } = plan.places[layer][index];
    const r = plan.radii[layer];
    const bias = index === subject.layers[layer];
    const shape = bias
      ? (/** @type {string} */ cls) => svg("rect", { class: cls, x: -r * 0.7, y: -r * 0.7, width: r * 1.4, height: r * 1.4, rx: r * 0.2 })
      : (/** @type {string} */ cls) => svg("circle", { class: cls, r });
    const group = svg("g", { class: bias ? "neuron bias" : "neuron", transform: `translate(${x} ${y})`, tabindex: -1, role: "img" });
    group.style.setProperty("--layer", String(layer));
    if (!bias && r >= MIN_HALO) group.append(svg("circle", { class: "halo", r: r * 2.1, fill: "url(#glow)" }));
    group.append(shape("cell"), shape("light"), shape("ring"));
    const label = r >= 15 ? svg("text", { class: "value", "font-size": Math.max(9, r * 0.62) }) : null;
    if (label) group.append(label);
    const here = { layer, index };
    group.addEventListener("pointerenter", () => point(here));
    group.addEventListener("pointerleave", () => point(null));
    group.addEventListener("focus", () => { moveStop(here); point(here); });
    group.addEventListener("blur", () => point(null));
    group.addEventListener("click", () => group.focus());
    return { group, label, text: "", name: "", value: undefined, here: false };
  }

  /** @returns {SVGElement} the names of the layers, above them */
  function captions() {
    const last = plan.places.length - 1;
    const names = subject.layers.map((width, l) => (l === 0 ? "inputs" : l < last ? "hidden" : width > 1 ? "outputs" : "output"));
    return svg("g", { class: "captions", "aria-hidden": "true" }, ...names.map((name, l) => svg("text", { x: plan.places[l][0].x, y: 22 * unit() }, name)));
  }

  /** @param {Neuron} to */
  function moveStop(to) {
    neurons[stop.layer]?.[stop.index]?.group.setAttribute("tabindex", "-1");
    stop = to;
    neurons[stop.layer][stop.index].group.setAttribute("tabindex", "0");
  }

  /** @param {Neuron | null} neuron */
  function point(neuron) {
    const focused = neurons[stop.layer][stop.index].group === document.activeElement;
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
    neurons[layer][index].group.focus();
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
      weights = makeWeights(subject, plan);
      neurons = places.map((layer, l) => layer.map((_, index) => drawNeuron({ layer: l, index })));
      labels = svg("g", { class: "labels", "aria-hidden": "true" });
      labelled = "";
      root.replaceChildren(
        svg("g", { class: "wires", "aria-hidden": "true" }, ...wires.flat()),
        weights.root,
        ...neurons.flat().map(({ group }) => group),
        labels,
      );
      if (!downwards) root.prepend(captions());
      root.classList.toggle("dense", Math.min(...radii) < 13);
      moveStop({ layer: places.length - 1, index: 0 });
      if (focused) neurons[stop.layer][stop.index].group.focus();
      return weights;
    },

    /**
     * Light it up. Only what looks different now is touched: a wide network has a thousand lines.
     * @param {Subject} next @param {number[][]} activations empty when the switches are not read yet
     * @param {Neuron | null} looked the neuron that is looked at
     */
    update(next, activations, looked) {
      subject = next;
      root.classList.toggle("looking", looked !== null && looked.layer > 0 && looked.index < subject.layers[looked.layer]);
      weights.update(subject, activations, looked);
      neurons.forEach((layer, l) => layer.forEach((drawn, index) => light(drawn, { layer: l, index }, activations, looked)));
      wires[0].forEach((wire, index) => wire.classList.toggle("on", activations[0]?.[index] === 1));
      wires[1].forEach((wire, index) => {
        wire.classList.toggle("cut", !subject.live);
        wire.style.setProperty("--a", (activations[activations.length - 1]?.[index] ?? 0).toFixed(3));
      });
      writeWeights(looked);
    },
  };

  /** @param {Drawn} drawn @param {Neuron} neuron @param {number[][]} activations @param {Neuron | null} looked */
  function light(drawn, neuron, activations, looked) {
    const { layer, index } = neuron;
    const { group, label } = drawn;
    const bias = index === subject.layers[layer];
    const value = bias ? 1 : activations[layer]?.[index];
    const text = value === undefined ? "?" : layer === 0 || bias ? String(value) : fixed(value);
    const name = `${nameOf(subject.layers, neuron, subject.names)}: ${text}`;
    const here = looked?.layer === layer && looked.index === index;
    if (drawn.value !== value || drawn.text === "") {
      group.style.setProperty("--a", (value ?? 0).toFixed(3));
      group.classList.toggle("bright", (value ?? 0) > 0.5);
    }
    if (drawn.text !== text && label) label.textContent = text;
    if (drawn.name !== name) set(group, { "aria-label": name });
    if (drawn.here !== here) {
      group.classList.toggle("looked", here);
      set(group, { "aria-describedby": here ? "formula" : null });
    }
    Object.assign(drawn, { value, text, name, here });
  }

  /** Put the numbers at the lines into the neuron that is looked at. @param {Neuron | null} looked */
  function writeWeights(looked) {
    const matrix = looked && looked.layer > 0 && looked.index < subject.layers[looked.layer] ? subject.weights[looked.layer - 1] : [];
    const numbers = matrix.length > MAX_LABELS || !looked ? [] : matrix.map((row) => signed(row[looked.index]));
    const now = looked ? [looked.layer, looked.index, ...numbers].join() : "";
    if (labelled === now) return;
    labelled = now;
    labels.replaceChildren(
      ...numbers.map((number, i) => {
        const { layer, index } = /** @type {Neuron} */ (looked);
        const [from, to] = [plan.places[layer - 1][i], plan.places[layer][index]];
        const [x, y] = [from.x + (to.x - from.x) * 0.36, from.y + (to.y - from.y) * 0.36];
        return svg("text", { x, y, class: matrix[i][index] < 0 ? "negative" : "positive" }, number);
      }),
    );
  }
}
