/** Step 1: a neuron whose weights are set by hand. */

import { html, say } from "../element.js";
import { fixed } from "../words.js";
import { button } from "./buttons.js";
import { hintFor, wrongRows } from "./hints.js";
import { fill, MEANS } from "./words.js";

/** @param {import("./main.js").Lesson} lesson @returns {import("./main.js").Step} */
export function byHand({ programs, stage, controls, seen }) {
  const { rows, tolerance } = programs["single-layer"];
  let weights = [0, 0, 0];
  /** @type {import("./hints.js").Hint | null} */
  let hint = null;
  const line = html("p", { id: "hint", role: "status" });

  /** @param {number} weight @param {number} value */
  function move(weight, value) {
    if (controls.matches(":disabled")) return;
    weights = weights.with(weight, value);
    show();
    if (wrongRows(rows, weights, tolerance).length) return;
    const [a, b, c] = weights.map((number) => fixed(number, 1));
    seen({ a, b, c });
  }

  function show() {
    hint = hintFor(rows, weights, tolerance, hint);
    stage.show({ weights: [weights.map((weight) => [weight])], rows, shown: Object.keys(rows), tolerance, move });
    if (!hint) return say(line, "");
    const { row, target, prediction, weight, up, to } = hint;
    const way = MEANS.ways[up ? "up" : "down"];
    say(line, fill(MEANS.hint, { row, target, answer: fixed(prediction), n: weight + 1, way, to: fixed(to, 1) }));
  }

  controls.append(button(MEANS.zero, () => {
    weights = [0, 0, 0];
    hint = null;
    show();
  }));
  controls.append(line);
  show();
  return { leave() {} };
}
