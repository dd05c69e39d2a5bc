/** The LEDs: what the gate decided, as it shows on the board. */

import { html, say, set, svg } from "./element.js";
import { fixed } from "./words.js";

/** @typedef {import("./types.js").State} State */

/** @returns {SVGElement} a five millimetre LED from the side; the page's style lights it */
function led() {
  return svg(
    "svg",
    { class: "lamp", viewBox: "0 0 48 70", "aria-hidden": "true" },
    svg("circle", { class: "glow", cx: 24, cy: 25, r: 46, fill: "url(#glow)" }),
    svg("path", { class: "leads", d: "M18.5 49 V68 M29.5 49 V62" }),
    svg("path", { class: "dome", d: "M11 43 V20 a13 13 0 0 1 26 0 V43 z" }),
    svg("path", { class: "hatch", d: "M11 43 V20 a13 13 0 0 1 26 0 V43 z", fill: "url(#hatch)" }),
    svg("path", { class: "chip", d: "M18 43 V31 h5 l4 5 v7 M30 43 V30" }),
    svg("path", { class: "shine", d: "M15 36 V20 a9 9 0 0 1 4.5 -7.8" }),
    svg("path", { class: "flange", d: "M8 43 H40 V49 a1.5 1.5 0 0 1 -1.5 1.5 H9.5 A1.5 1.5 0 0 1 8 49 z" }),
    svg("text", { class: "doubt", x: 24, y: 34 }, "?"),
  );
}

/**
 * @param {HTMLElement} root a list
 * @param {((output: number) => void) | null} [wrong] called when a person says that an output is wrong; null where they cannot
 */
export function makeLeds(root, wrong = null) {
  /** @type {HTMLElement[]} */
  let items = [];
  let built = "";

  /** @param {number[]} gpios @param {string[]} names of the outputs */
  function build(gpios, names) {
    built = [gpios, names].join("|");
    items = gpios.map((gpio, index) => {
      const said = gpios.length > 1 ? `: ${names[index] ?? `output ${index + 1}`}` : "";
      const button = wrong && html("button", { type: "button", class: "deny", "aria-label": `This is wrong${said}` }, html("span", {}, "This is "), "wrong");
      button?.addEventListener("click", () => wrong?.(index));
      return html(
        "li",
        { class: "led" },
        led(),
        html(
          "span",
          { class: "reading" },
          ...(names[index] ? [html("span", { class: "name" }, names[index])] : []),
          html("span", {}, html("b", { class: "decision" }), html("span", { class: "now" }, "live")),
          html("span", { class: "prediction" }),
          html("span", { class: "origin" }),
          html("span", { class: "silk" }, html("b", {}, html("span", { class: "gpio" }, "GPIO "), String(gpio))),
          ...(button ? [button] : []),
        ),
      );
    });
    root.replaceChildren(...items);
  }

  return {
    /** @param {State} state @param {string[]} [names] of the outputs @param {boolean} [may] teach */
    update({ board, gate, snapshot }, names = [], may = false) {
      if ([board.outputs, names].join("|") !== built) build(board.outputs, names);
      items.forEach((item, index) => {
        const decision = snapshot?.decision[index] ?? "unknown";
        item.dataset.decision = decision;
        say(/** @type {Element} */ (item.querySelector(".decision")), decision === "unknown" ? "waiting" : decision);
        const text = snapshot ? fixed(snapshot.prediction[index], 3) : "";
        say(/** @type {Element} */ (item.querySelector(".prediction")), text);
        const untaught = snapshot?.taught === false;
        say(/** @type {Element} */ (item.querySelector(".origin")), untaught ? (gate.guesses ? "a guess" : "not taught") : "");
        set(item.querySelector(".deny") ?? item, { hidden: wrong !== null && !may });
      });
    },
    /** Stand level with the output neurons. @param {number[]} along pixels */
    place(along) {
      items.forEach((item, index) => item.style.setProperty("--at", `${along[index]}px`));
    },
  };
}
