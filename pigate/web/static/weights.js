/** The weights of the drawing: a line each, or in a wide network bundles of lines that look the same. */

import { set, svg } from "./element.js";
import { strongest } from "./network.js";

/** @typedef {import("./types.js").Subject} Subject */
/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {import("./formula.js").Neuron} Neuron */
/** @typedef {{layer: number, from: number, to: number, d: string}} Line */
/** @typedef {{path: SVGElement, shown: string}} Path and how it looks now */

/** More lines than this are a carpet; the strongest of the learned weights stand for the rest. */
const MAX_LINES = 600;
/** More elements than this take a screen too long for a replay. */
const MAX_ELEMENTS = 300;
/** In a bundle, widths (pixels) and what comes through are alike to this step. */
const [WIDTH_STEP, FED_STEP] = [0.4, 0.2];
/** A dash takes a screen much longer to draw than a line; below this width nobody tells them apart. */
const MIN_DASHED = 0.9;

/** @param {number} value @param {number} step */
const rounded = (value, step) => Math.max(1, Math.round(value / step)) * step;

/** @param {Subject} subject @param {Layout} plan */
export function makeWeights({ layers, learned }, { places, radii }) {
  const all = learned.flat(2);
  const largest = Math.max(1, ...all.map(Math.abs));
  /** @type {Line[]} */
  const lines = strongest(learned, MAX_LINES).map((weight) => {
    const [a, b] = [places[weight.layer][weight.from], places[weight.layer + 1][weight.to]];
    return { ...weight, d: `M${a.x.toFixed(1)} ${a.y.toFixed(1)}L${b.x.toFixed(1)} ${b.y.toFixed(1)}` };
  });
  const bundled = lines.length > MAX_ELEMENTS;
  const root = svg("g", { class: "weights", "aria-hidden": "true" });
  /** @type {Path[]} */
  const single = bundled ? [] : lines.map(({ d, layer }) => {
    const path = svg("path", { d });
    path.style.setProperty("--layer", String(layer));
    return { path, shown: "" };
  });
  /** @type {Map<string, Path>} */
  const bundles = new Map();
  root.append(...single.map(({ path }) => path));

  /** How a line looks. @param {Line} line @param {Subject} subject @param {number[][]} activations @param {Neuron | null} looked */
  function looks({ layer, from, to }, subject, activations, looked) {
    const weight = subject.weights[layer][from][to];
    const size = 0.4 + (Math.min(Math.abs(weight) / largest, 1.2) * radii[layer + 1]) / 2.8;
    const fed = from < layers[layer] ? (activations[layer]?.[from] ?? 0) : 1;
    const into = looked !== null && looked.layer === layer + 1 && looked.index === to;
    const out = looked !== null && looked.layer === layer && looked.index === from;
    const sign = weight < 0 ? "negative" : "positive";
    return [into || out ? `${sign} looked` : sign, bundled ? rounded(size, WIDTH_STEP) : size, bundled ? Math.round(fed / FED_STEP) * FED_STEP : fed];
  }

  /** @param {SVGElement} path @param {(string | number)[]} look */
  function dress(path, [name, width, fed]) {
    const [size, negative] = [Number(width), String(name).startsWith("negative")];
    const dashes = negative && size >= (bundled ? MIN_DASHED : 0) ? `${(4 + size * 1.3).toFixed(1)} ${(3 + size * 0.5).toFixed(1)}` : null;
    set(path, { class: name, "stroke-width": size.toFixed(2), "stroke-dasharray": dashes });
    path.style.setProperty("--fed", Number(fed).toFixed(2));
  }

  return {
    root,
    drawn: lines.length,
    all: all.length,
    /** Only what looks different now is touched. @param {Subject} subject @param {number[][]} activations @param {Neuron | null} looked */
    update(subject, activations, looked) {
      /** @type {Map<string, string>} */
      const wanted = new Map();
      lines.forEach((line, i) => {
        const look = looks(line, subject, activations, looked);
        const key = look.join("|");
        if (bundled) return wanted.set(key, (wanted.get(key) ?? "") + line.d);
        if (single[i].shown !== key) dress(single[i].path, look);
        single[i].shown = key;
      });
      for (const [key, bundle] of bundles) if (!wanted.has(key)) draw(bundle, "");
      for (const [key, d] of wanted) {
        let bundle = bundles.get(key);
        if (!bundle) {
          bundle = { path: svg("path"), shown: "" };
          bundles.set(key, bundle);
          dress(bundle.path, key.split("|"));
          root.append(bundle.path);
        }
        draw(bundle, d);
      }
    },
  };

  /** @param {Path} bundle @param {string} d */
  function draw(bundle, d) {
    if (bundle.shown !== d) set(bundle.path, { d });
    bundle.shown = d;
  }
}
