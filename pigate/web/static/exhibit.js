/** The exhibit: switches, network and LEDs, one in line with the other. */

import { byId, say, unit } from "./element.js";
import { makeDiagram } from "./diagram.js";
import { write } from "./formula.js";
import { isNarrow, layout } from "./layout.js";
import { makeLeds } from "./leds.js";
import { biases, forward } from "./network.js";
import { namesOf } from "./subject.js";
import { makeSwitches } from "./switches.js";
import { list, whole } from "./words.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Subject} Subject */
/** @typedef {import("./formula.js").Neuron} Neuron */

/** Units that a switch or an LED of the usual size takes. */
const MANY = 66;
const REM = 16; // units

/** @param {(output: number) => void} wrong called when a person says that an output is wrong
 * @returns the exhibit, in the elements that the page has for it */
export function makeExhibit(wrong) {
  const box = byId("exhibit");
  const switches = makeSwitches(byId("switches"), (problem) => say(byId("switches-problem"), problem));
  const leds = makeLeds(byId("leds"), wrong);
  const diagram = makeDiagram(byId("diagram"), (neuron) => {
    looked = neuron;
    kept = neuron ?? kept;
    draw();
  });
  /** @type {State | null} */
  let state = null;
  /** @type {Subject | null} */
  let subject = null;
  /** @type {Neuron | null} */
  let looked = null;
  /** @type {Neuron | null} */
  let kept = null; // whose formula stays when nobody looks at a neuron
  /** @type {import("./types.js").Weights | null} */
  let built = null; // what the drawing was made for: a network, and a size
  let frame = ""; // the size that there is
  let framed = "";

  function measure() {
    frame = `${box.clientWidth} ${innerHeight} ${unit()}`;
  }

  /** How tall the drawing may be for the controls below it to be in view, and in full screen the formula, too.
   * @param {boolean} downwards @returns {number} pixels */
  function room(downwards) {
    const alone = document.fullscreenElement;
    const below = byId("transport").offsetHeight + byId("teacher").offsetHeight + (alone ? byId("formula").offsetHeight + REM * unit() : 0);
    const top = box.getBoundingClientRect().top + (alone ?? document.documentElement).scrollTop;
    const boards = downwards ? [...box.querySelectorAll(".pcb")].reduce((all, { clientHeight }) => all + clientHeight, 0) : 0;
    return Math.floor(innerHeight - top - below - boards) - 1;
  }

  function build() {
    if (!subject || !state || (built === subject.learned && framed === frame)) return;
    built = subject.learned;
    framed = frame;
    const downwards = isNarrow(box.clientWidth, unit());
    box.classList.toggle("downwards", downwards); // first: it says how much room there is
    const plan = layout(subject.layers, biases(subject.layers, subject.weights), byId("window").clientWidth, downwards, unit(), room(downwards));
    const ends = [state.board.inputs.length, state.board.outputs.length];
    box.classList.toggle("crowded", Math.max(...ends) > 4);
    box.classList.toggle("tight", !plan.downwards && plan.height < MANY * unit() * Math.max(...ends));
    const along = plan.places.map((layer) => layer.map(({ x, y }) => (plan.downwards ? x : y)));
    switches.place(along[0]);
    leds.place(along[along.length - 1]);
    const { drawn, all } = diagram.build(subject, plan);
    say(byId("left-out"), drawn < all ? `Of ${whole(all)} weights, the strongest ${whole(drawn)} are drawn.` : "");
    looked = null;
    kept = null;
  }

  function draw() {
    if (!subject || !state) return;
    const levels = state.snapshot?.levels ?? "";
    const activations = levels ? forward(subject.weights, levels) : [];
    diagram.update(subject, activations, looked);
    write(byId("formula"), subject, activations, looked ?? kept ?? { layer: subject.layers.length - 1, index: 0 });
  }

  function fit() {
    measure();
    build();
    draw();
  }

  new ResizeObserver(fit).observe(box);
  addEventListener("resize", fit);

  return {
    flip: switches.flip,
    set: switches.set,
    /** @param {State} nextState @param {Subject} nextSubject @param {boolean} lost @param {boolean} may teach */
    update(nextState, nextSubject, lost, may) {
      state = nextState;
      subject = nextSubject;
      switches.update(state, lost);
      leds.update(state, namesOf(state.output_names, state.gate.table), may);
      build();
      draw();
      const chattering = state.snapshot?.chattering ?? [];
      say(
        byId("chatter"),
        chattering.length
          ? `GPIO ${list(chattering.map(String))} ${chattering.length > 1 ? "do" : "does"} not come to rest: undecided until then. Look for a loose wire.`
          : "",
      );
    },
  };
}
