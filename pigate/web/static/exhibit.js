/** The exhibit: switches, network and LEDs, one in line with the other. */

import { byId, say, unit } from "./element.js";
import { makeDiagram } from "./diagram.js";
import { write } from "./formula.js";
import { isNarrow, layout } from "./layout.js";
import { makeLeds } from "./leds.js";
import { biases, forward } from "./network.js";
import { makeSwitches } from "./switches.js";
import { list, whole } from "./words.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Subject} Subject */
/** @typedef {import("./formula.js").Neuron} Neuron */

/** @returns the exhibit, in the elements that the page has for it */
export function makeExhibit() {
  const box = byId("exhibit");
  const switches = makeSwitches(byId("switches"), (problem) => say(byId("switches-problem"), problem));
  const leds = makeLeds(byId("leds"));
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
  let framed = "";

  function build() {
    if (!subject || !state) return;
    const frame = `${box.clientWidth} ${unit()}`;
    if (built === subject.learned && framed === frame) return;
    built = subject.learned;
    framed = frame;
    const downwards = isNarrow(box.clientWidth, unit());
    box.classList.toggle("downwards", downwards); // first: it says how much room there is
    const plan = layout(subject.layers, biases(subject.layers, subject.weights), byId("window").clientWidth, downwards, unit());
    box.classList.toggle("crowded", Math.max(state.board.inputs.length, state.board.outputs.length) > 4);
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

  new ResizeObserver(() => {
    build();
    draw();
  }).observe(box);

  return {
    flip: switches.flip,
    /** @param {State} nextState @param {Subject} nextSubject @param {boolean} lost */
    update(nextState, nextSubject, lost) {
      state = nextState;
      subject = nextSubject;
      switches.update(state, lost);
      leds.update(state);
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
