/** The sizes of the hidden layers, to be chosen: neurons by + and -, layers by + and -. */

import { html, set } from "./element.js";

/** @typedef {{layers: number, min: number, max: number}} Limits */

/** @param {HTMLElement} root */
export function makeLayers(root) {
  /** @type {Limits} */
  let limits = { layers: 0, min: 1, max: 1 };
  /** @type {HTMLInputElement[]} */
  let fields = [];
  const row = html("div", { class: "stack" });
  const fewer = button("\u2212 layer", "One layer fewer", () => fields[fields.length - 1].closest(".layer")?.remove());
  const more = button("+ layer", "One layer more", () => row.append(layer(Number(fields[fields.length - 1]?.value ?? 4), fields.length)));
  root.append(row, html("div", { class: "stack" }, fewer, more));

  /** @param {string} text @param {string} label @param {() => void} act */
  function button(text, label, act) {
    const made = html("button", { type: "button", "aria-label": label }, text);
    made.addEventListener("click", () => {
      if (made.getAttribute("aria-disabled") === "true") return;
      act();
      adapt();
    });
    return made;
  }

  /** @param {number} neurons @param {number} index */
  function layer(neurons, index) {
    const name = `layer ${index + 1}`;
    const field = /** @type {HTMLInputElement} */ (html("input", { type: "number", step: 1, required: true, "aria-label": `Neurons in hidden ${name}` }));
    set(field, { min: limits.min, max: limits.max });
    field.value = String(neurons);
    const step = (/** @type {number} */ by) => () => {
      field.value = String(Math.min(Math.max(Number(field.value) + by, limits.min), limits.max));
    };
    return html("span", { class: "layer" }, button("\u2212", `One neuron fewer in ${name}`, step(-1)), field, button("+", `One neuron more in ${name}`, step(1)));
  }

  /** Take up the fields that there are, and let no button lead out of the limits: one that has the focus keeps it. */
  function adapt() {
    fields = [...row.querySelectorAll("input")];
    set(fewer, { "aria-disabled": String(fields.length === 0) });
    set(more, { "aria-disabled": String(fields.length >= limits.layers) });
  }

  return {
    /** @returns {number[]} */
    get: () => fields.map((field) => Number(field.value)),
    /** @param {number[]} hidden */
    set(hidden) {
      row.replaceChildren(...hidden.map(layer));
      adapt();
    },
    /** @param {Limits} given */
    limit(given) {
      limits = given;
    },
  };
}
