/** The weights of a single neuron as sliders on their lines, with the pushes as arrows. */

import { html, say, set, unit } from "../element.js";
import { fixed, signed } from "../words.js";
import { LARGEST, onGrid, STEP } from "./hints.js";
import { fill, STAGE } from "./words.js";

/** @typedef {import("./stage.js").Scene} Scene */
/** @typedef {import("../layout.js").Layout} Layout */

/** Where on its line a slider stands: nearer to the switch, where lines are further apart. */
const AT = 0.42;

/** The arrow of a push as large as 1, in units. An arrow's length goes by the root of its push, so that small ones are seen. */
const ARROW = 90;

/** A smaller push has no arrow. */
const LEAST = 1e-6;

/** @param {HTMLElement} root */
export function makeWeights(root) {
  /** @type {{item: HTMLElement, name: HTMLElement, number: HTMLElement, slider: HTMLInputElement, arrow: HTMLElement}[]} */
  let items = [];
  /** @type {Scene["move"]} */
  let move = null;

  /** @param {number} index */
  function make(index) {
    const name = fill(STAGE.weight, { n: index + 1 });
    const slider = /** @type {HTMLInputElement} */ (html("input", { type: "range", min: -LARGEST, max: LARGEST, step: STEP, "aria-label": name }));
    slider.addEventListener("input", () => move?.(index, onGrid(Number(slider.value))));
    const parts = { name: html("span", { class: "name" }, name), number: html("output"), arrow: html("span", { class: "push", "aria-hidden": "true" }) };
    const track = html("span", { class: "track" }, slider, parts.arrow);
    return { ...parts, slider, item: html("div", { class: "weight" }, parts.name, parts.number, track) };
  }

  return {
    /** @param {Layout | null} plan where the lines are; null where there are no sliders */
    place(plan) {
      if (!plan) items = [];
      else if (!items.length) items = [0, 1, 2].map(make);
      root.replaceChildren(...items.map(({ item }) => item));
      items.forEach(({ item }, i) => {
        if (!plan) return;
        const [from, to] = [plan.places[0][i], plan.places[1][0]];
        item.style.setProperty("--x", `${from.x + (to.x - from.x) * AT}px`);
        item.style.setProperty("--y", `${from.y + (to.y - from.y) * AT}px`);
      });
    },
    /** @param {Scene} scene */
    update(scene) {
      move = scene.move ?? null;
      const locked = document.body.classList.contains("locked"); // until there is a guess
      items.forEach(({ item, number, slider, arrow }, i) => {
        const weight = scene.weights[0][i][0];
        const push = scene.pushes?.[0][i][0] ?? 0;
        say(number, weight ? signed(weight) : fixed(weight));
        slider.disabled = !move || locked;
        if (Number(slider.value) !== onGrid(weight)) slider.value = String(onGrid(weight));
        set(slider, { "aria-valuetext": signed(weight) });
        set(item, { class: `weight ${weight < 0 ? "minus" : "plus"}` });
        set(arrow, { class: `push ${push < 0 ? "left" : "right"}`, hidden: Math.abs(push) < LEAST });
        arrow.style.setProperty("--from", String((Math.min(Math.max(weight, -LARGEST), LARGEST) + LARGEST) / (2 * LARGEST)));
        arrow.style.setProperty("--long", `${Math.sqrt(Math.abs(push)) * ARROW * unit()}px`);
      });
    },
  };
}
