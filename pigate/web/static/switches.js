/** The switches: toggles on a small board, which a simulated board lets one flip. */

import { post } from "./connection.js";
import { html, say, set as setAttributes, svg } from "./element.js";

/** @typedef {import("./types.js").State} State */

/** A gate that does not follow a request within this time will not follow it. */
const PATIENCE_MS = 2000;

/** @returns {SVGElement} a toggle switch seen from the front; the page's style throws its lever */
function toggle() {
  return svg(
    "svg",
    { class: "toggle", viewBox: "0 0 44 64", "aria-hidden": "true" },
    svg("polygon", { class: "nut", points: "22,13 38.5,22.5 38.5,41.5 22,51 5.5,41.5 5.5,22.5" }),
    svg("circle", { class: "washer", cx: 22, cy: 32, r: 13 }),
    svg("circle", { class: "hole", cx: 22, cy: 32, r: 8.5 }),
    svg(
      "g",
      { class: "lever" },
      svg("path", { class: "bat", d: "M19 32 L15.8 9.5 a6.2 6.2 0 0 1 12.4 0 L25 32 a3 3 0 0 1 -6 0 z" }),
      svg("path", { class: "shine", d: "M20 28 L18 10 a4 4 0 0 1 2.4 -4 L21.4 28 z" }),
    ),
  );
}

/**
 * @param {HTMLElement} root a list
 * @param {(problem: string) => void} complain called with what went wrong; empty if nothing did
 * @param {(levels: string) => Promise<string>} [send] asks for the levels of the pins; returns what went wrong
 */
export function makeSwitches(root, complain, send = (levels) => post("/api/switches", { levels })) {
  /** @type {HTMLElement[]} */
  let items = [];
  /** @type {State | null} */
  let state = null;
  let lost = false;
  let wanted = ""; // the levels asked for, until the gate shows them
  let asking = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let giving; // up on what is wanted

  /** @param {number} index @returns whether an input is a switch of this board, not an MQTT topic */
  const isPin = (index) => typeof state?.board.inputs[index] === "number";

  const shown = () => wanted || state?.snapshot?.levels || "";

  /** Have the gate follow what is wanted, one question at a time, so that the last flip wins. */
  async function ask() {
    if (asking) return;
    asking = true;
    clearTimeout(giving);
    let problem = "";
    for (let asked = ""; asked !== wanted && !problem; ) {
      asked = wanted;
      problem = await send([...asked].filter((_, index) => isPin(index)).join(""));
    }
    asking = false;
    complain(problem);
    if (problem || wanted === state?.snapshot?.levels) giveUp();
    else giving = setTimeout(giveUp, PATIENCE_MS);
  }

  /** Show the switches as the gate reads them, whatever was wanted. */
  function giveUp() {
    wanted = "";
    draw();
  }

  /** Have the board's own switches stand on these levels; what comes by MQTT stays. @param {string} levels */
  function set(levels) {
    if (!state?.board.writable || lost) return;
    const now = shown();
    wanted = [...levels].map((level, index) => (isPin(index) ? level : (now[index] ?? level))).join("");
    draw();
    ask();
  }

  /** @param {number} index of the switch to flip */
  function flip(index) {
    const levels = [...shown()];
    if (index >= levels.length || !isPin(index)) return;
    levels[index] = levels[index] === "1" ? "0" : "1";
    set(levels.join(""));
  }

  /** @param {(number | string)[]} inputs */
  function build(inputs) {
    items = inputs.map((input, index) => {
      const isTopic = typeof input === "string";
      const button = html(
        "button",
        { type: "button", role: "switch", "aria-label": `Switch ${index + 1}, ${isTopic ? "topic" : "GPIO"} ${input}` },
        html("span", { class: "throw", "aria-hidden": "true" }, "1"),
        toggle(),
        html("span", { class: "throw", "aria-hidden": "true" }, "0"),
      );
      button.addEventListener("click", () => flip(index));
      const name = isTopic ? html("b", { title: input }, "MQTT") : html("b", {}, html("span", { class: "gpio" }, "GPIO "), String(input));
      const silk = html("span", { class: "silk" }, name, html("kbd", {}, `${index + 1}`));
      return html("li", { class: "switch" }, silk, button, html("span", { class: "alarm" }));
    });
    root.replaceChildren(...items);
  }

  function draw() {
    if (!state) return;
    const levels = shown();
    const { board, snapshot } = state;
    items.forEach((item, index) => {
      const button = /** @type {HTMLButtonElement} */ (item.querySelector("button"));
      const chattering = snapshot?.chattering.some((gpio) => gpio === board.inputs[index]);
      setAttributes(button, { "aria-checked": String(levels[index] === "1"), "aria-disabled": lost ? "true" : null });
      button.disabled = !board.writable || !isPin(index);
      item.classList.toggle("chattering", Boolean(chattering));
      say(/** @type {Element} */ (item.querySelector(".alarm")), chattering ? "chattering" : levels[index] === "?" ? "unknown" : "");
    });
  }

  return {
    flip,
    set,
    /** @param {State} next @param {boolean} isLost */
    update(next, isLost) {
      if (next.board.inputs.join() !== state?.board.inputs.join()) build(next.board.inputs);
      state = next;
      lost = isLost;
      if (!asking && wanted === state.snapshot?.levels) wanted = "";
      draw();
    },
    /** Stand level with the input neurons. @param {number[]} along pixels */
    place(along) {
      items.forEach((item, index) => item.style.setProperty("--at", `${along[index]}px`));
    },
  };
}
