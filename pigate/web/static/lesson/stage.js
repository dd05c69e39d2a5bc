/** What the lesson shows: switches, network and LED, with the table beside them. */

import { makeDiagram } from "../diagram.js";
import { byId, say, set, unit } from "../element.js";
import { write } from "../formula.js";
import { layout } from "../layout.js";
import { makeLeds } from "../leds.js";
import { biases, decide, forward } from "../network.js";
import { fixed } from "../words.js";
import { makeTargets } from "./targets.js";
import { makeWeights } from "./weights.js";
import { fill, STAGE } from "./words.js";

/** @typedef {import("../types.js").Weights} Weights */
/** @typedef {import("../types.js").State} State */
/** @typedef {import("../formula.js").Neuron} Neuron */
/** @typedef {ReturnType<typeof import("./board.js").makeBoard>} Board */

/**
 * @typedef {object} Scene what is on show
 * @property {Weights} weights
 * @property {Record<string, string>} rows the taught rows
 * @property {string[]} shown the rows of the table
 * @property {number} tolerance
 * @property {boolean} [helpers] whether the table shows what the helpers say
 * @property {((weight: number, value: number) => void) | null} [move] called when a weight is moved; null: they only show
 * @property {Weights} [pushes] drawn as arrows, where there is a single neuron
 * @property {((levels: string) => void) | null} [aim] called when a target is clicked
 * @property {Record<string, number[]> | null} [predictions] the gate's own
 */

/** Lines are drawn as wide as for weights up to this size. */
const WIDEST = 8;

/** Where switches, drawing and LED have less room than this, in units, they stand one below the other. */
const NARROW = 370;

/** What is shown is told to those who hear it after this time without changes. */
const CALM_MS = 400;

/** @param {Board} board */
export function makeStage(board) {
  const box = byId("exhibit");
  const leds = makeLeds(byId("leds"));
  const weights = makeWeights(byId("weights"));
  const targets = makeTargets(byId("targets"), board);
  const diagram = makeDiagram(byId("diagram"), (neuron) => {
    looked = neuron;
    kept = neuron ?? kept;
    draw();
  });
  /** @type {Scene | null} */
  let scene = null;
  /** @type {Neuron | null} */
  let looked = null;
  /** @type {Neuron | null} */
  let kept = null; // whose formula stays when nobody looks at a neuron
  let built = "";
  /** @type {number[]} */
  let ends = []; // where the outputs stand, in pixels
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let calm;

  /** @param {Weights} matrices @returns {number[]} */
  const widths = (matrices) => [3, ...matrices.map((matrix) => matrix[0].length)];

  /** The network as the live page's drawing takes it. @param {Scene} of */
  function subject({ weights: matrices, rows, tolerance }) {
    const learned = matrices.map((matrix) => matrix.map((row) => row.map(() => WIDEST)));
    return { live: true, table: "", rows, layers: widths(matrices), tolerance, predictions: null, weights: matrices, learned };
  }

  function build() {
    if (!scene) return;
    const shape = scene.weights.map((matrix) => [matrix.length, matrix[0].length]).join();
    const frame = [shape, box.clientWidth, unit()].join();
    if (frame === built) return;
    built = frame;
    const downwards = box.clientWidth < NARROW * unit();
    box.classList.toggle("downwards", downwards);
    const layers = widths(scene.weights);
    const plan = layout(layers, biases(layers, scene.weights), byId("window").clientWidth, downwards, unit());
    const along = plan.places.map((layer) => layer.map(({ x, y }) => (downwards ? x : y)));
    board.place(along[0]);
    ends = along[along.length - 1];
    diagram.build(subject(scene), plan);
    weights.place(layers.length === 2 ? plan : null);
    looked = null;
    kept = null;
  }

  /** What the LED shows: the gate's own decision where its network is on show. @param {number} prediction @param {Scene} of */
  function lamp(prediction, { tolerance, predictions }) {
    const { snapshot } = board.state() ?? {};
    const decision = predictions && snapshot ? snapshot.decision : [decide(prediction, tolerance)];
    const shown = { board: { outputs: [1] }, snapshot: { prediction: [prediction], decision } };
    leds.update(/** @type {State} */ (/** @type {unknown} */ (shown)));
    leds.place(ends);
    return decision[0];
  }

  /** Call things in the formula as the lesson calls them. */
  function rename() {
    const name = byId("formula").querySelector("dfn");
    const [kind, ...number] = name?.textContent?.split(" ") ?? [];
    const ours = STAGE.names[/** @type {"output"} */ (kind)];
    if (name && ours) name.textContent = [ours, ...number].join(" ");
  }

  function draw() {
    if (!scene || !box.clientWidth) return; // the last page hides it
    byId("stage").classList.toggle("helped", Boolean(scene.helpers)); // first: it says how much room there is
    build();
    const levels = board.levels();
    const activations = forward(scene.weights, levels);
    const prediction = scene.predictions?.[levels]?.[0] ?? activations[activations.length - 1][0];
    const now = subject(scene);
    diagram.update(now, activations, looked);
    write(byId("formula"), now, activations, looked ?? kept ?? { layer: now.layers.length - 1, index: 0 });
    rename();
    weights.update(scene);
    const answer = lamp(prediction, scene);
    const { right, verdict } = targets.update(scene, levels);
    const all = Object.keys(scene.rows).length;
    say(byId("score"), fill(STAGE.score, { right, all }));
    const outside = Object.hasOwn(scene.rows, levels) ? "" : fill(STAGE.outside, { row: levels });
    const nothing = levels === "000" && answer === "undecided" && scene.weights.length === 1 ? ` ${STAGE.nothing}` : "";
    say(byId("note"), outside + nothing);
    clearTimeout(calm);
    calm = setTimeout(() => say(byId("announcement"), fill(STAGE.now, { row: levels, answer: fixed(prediction, 3), verdict })), CALM_MS);
  }

  new ResizeObserver(draw).observe(box);
  set(byId("stage"), { "aria-label": STAGE.stage });
  set(byId("diagram"), { "aria-label": STAGE.drawing });
  set(byId("switches"), { "aria-label": STAGE.switches });
  set(byId("leds"), { "aria-label": STAGE.lamp });
  set(byId("formula"), { "aria-label": STAGE.formula });

  return {
    draw,
    /** @param {Scene} next */
    show(next) {
      scene = next;
      draw();
    },
  };
}
