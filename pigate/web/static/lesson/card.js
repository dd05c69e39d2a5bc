/** The text of a step: what it is about, the guess, what to do, and in the end what was seen and why. */

import { byId, html, say, set } from "../element.js";
import { fill, FRAME, STEPS } from "./words.js";

/** @typedef {import("./memory.js").Memory} Memory */

/** The pieces of a text: explained words and names of buttons stand out. @param {string} text @returns {(Node | string)[]} */
export const marked = (text) =>
  text.split(/(\*[^*]+\*|\[[^\]]+\])/).map((piece) => {
    const inner = piece.slice(1, -1);
    return piece.startsWith("*") ? html("dfn", {}, inner) : piece.startsWith("[") ? html("b", {}, inner) : piece;
  });

/** @param {keyof FRAME["labels"]} kind @param {...(Node | string)} children @returns {HTMLElement} */
const part = (kind, ...children) => html("div", { class: `part part-${kind}` }, html("h2", {}, FRAME.labels[kind]), ...children.map((child) => html("div", {}, child)));

/** @param {(guess: number) => void} guessed called with the option that was taken */
export function makeCard(guessed) {
  let step = 1;

  /** @param {Memory} memory */
  function showGuess({ guesses: { [step]: guess }, seen }) {
    const { question, options } = STEPS[step - 1].guess;
    const root = byId("guess");
    if (guess !== undefined) {
      const taken = seen[step] ? [] : [html("p", { class: "taken" }, fill(FRAME.guessed, { guess: options[guess] ?? "" }))];
      return root.replaceChildren(part("guess", question, ...taken));
    }
    const buttons = options.map((option, i) => {
      const button = html("button", { type: "button" }, option);
      button.addEventListener("click", () => {
        guessed(i);
        /** @type {HTMLElement | null} */ (document.querySelector(".weight input:not(:disabled), #controls :is(button, input):not(:disabled)"))?.focus({ preventScroll: true });
      });
      return button;
    });
    root.replaceChildren(part("guess", question), html("div", { class: "options", role: "group", "aria-label": question }, ...buttons));
  }

  /** @param {Memory} memory */
  function showSeen({ guesses, seen }) {
    const { seen: text, why, guess } = STEPS[step - 1];
    const values = seen[step];
    const root = byId("seen");
    if (!values) return root.replaceChildren();
    const taken = guesses[step];
    const outcome = values.open || taken === undefined ? "" : taken === guess.answer ? FRAME.right : fill(FRAME.wrong, { guess: guess.options[taken] ?? "" });
    const sight = html("p", {}, fill(text, values), " ", values.more ? `${values.more} ` : "", html("span", { class: taken === guess.answer ? "hit" : "miss" }, outcome));
    const all = [part("seen", sight), part("why", why)];
    if (root.textContent !== all.map((piece) => piece.textContent).join("")) root.replaceChildren(...all);
  }

  /** @param {HTMLElement} link @param {string} text @param {string} to */
  function turn(link, text, to) {
    say(link, text);
    set(link, { href: to, hidden: !to });
  }

  /** @param {Memory} memory */
  function update(memory) {
    const guess = memory.guesses[step];
    showGuess(memory);
    showSeen(memory);
    const locked = guess === undefined;
    document.body.classList.toggle("locked", locked);
    /** @type {HTMLFieldSetElement} */ (byId("controls")).disabled = locked;
    byId("doing").replaceChildren(part("doing", html("p", {}, ...marked(STEPS[step - 1].doing))));
    if (locked) byId("doing").append(html("p", { class: "lock" }, FRAME.lock));
    byId("next").classList.toggle("ready", Boolean(memory.seen[step]));
  }

  return {
    update,
    /** @param {number} number the step, from 1 @param {Memory} memory */
    open(number, memory) {
      step = number;
      const { title, intro } = STEPS[step - 1];
      say(byId("count"), fill(FRAME.count, { n: step, all: STEPS.length }));
      say(byId("title"), title);
      byId("intro").replaceChildren(...intro.map((text) => html("p", {}, ...marked(text))));
      byId("seen").replaceChildren();
      turn(byId("back"), FRAME.back, step > 1 ? `#${step - 1}` : "");
      turn(byId("next"), step < STEPS.length ? FRAME.next : FRAME.end, step < STEPS.length ? `#${step + 1}` : "#end");
      update(memory);
    },
  };
}
