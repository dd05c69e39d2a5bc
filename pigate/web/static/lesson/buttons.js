/** Buttons of the lesson's controls. */

import { html, set } from "../element.js";

/** @param {string} name @param {() => void} press @returns {HTMLButtonElement} */
export function button(name, press) {
  const made = /** @type {HTMLButtonElement} */ (html("button", { type: "button" }, name));
  made.addEventListener("click", press);
  return made;
}

/** Mark the one of some buttons that is chosen. @param {HTMLButtonElement[]} buttons @param {number} chosen */
export const choose = (buttons, chosen) => buttons.forEach((made, i) => set(made, { "aria-pressed": String(i === chosen) }));
