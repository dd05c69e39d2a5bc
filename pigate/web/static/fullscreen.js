/** The network alone on the whole screen, for a room. */

import { say, set } from "./element.js";

/** @param {HTMLElement} button @param {HTMLElement} shown what fills the screen */
export function makeFullScreen(button, shown) {
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : shown.requestFullscreen()));
  document.addEventListener("fullscreenchange", () => {
    const text = document.fullscreenElement ? "Leave full screen" : "Full screen";
    say(/** @type {Element} */ (button.querySelector("span")), text);
    set(button, { "aria-label": text }); // on a phone the text does not show
  });
}
