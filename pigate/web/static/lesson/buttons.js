/** Buttons of the lesson's controls. */

import { html, set } from "../element.js";

/** @param {string} name @param {() => void} press @returns {HTMLButtonElement} */
export function button(name, press) {
  const made = /** @type {HTMLButtonElement} */ (html("button", { type: "button" }, name));
  made.addEventListener("click", () => made.getAttribute("aria-disabled") || press());
  return made;
}

/** Let buttons be pressed, or not: they keep the focus either way, so that keys go on from there.
 * @param {boolean} whether @param {...HTMLButtonElement} buttons */
export const allow = (whether, ...buttons) => buttons.forEach((made) => set(made, { "aria-disabled": whether ? null : "true" }));

/** Mark the one of some buttons that is chosen. @param {HTMLButtonElement[]} buttons @param {number} chosen */
export const choose = (buttons, chosen) => buttons.forEach((made, i) => set(made, { "aria-pressed": String(i === chosen) }));
