/** The last page: what was guessed, and what was seen. */

import { byId, html } from "../element.js";
import { forget } from "./memory.js";
import { END, fill, FRAME, MEANS, STEPS } from "./words.js";

/** @typedef {import("./memory.js").Memory} Memory */

/** @param {Memory} memory @param {(next: Memory) => void} forgot called with what is remembered from then on */
export function showEnd(memory, forgot) {
  const { step, guess, seen } = END.columns;
  const lines = STEPS.map((words, i) => {
    const number = i + 1;
    const taken = memory.guesses[number];
    const right = taken === words.guess.answer;
    const values = memory.seen[number];
    const option = words.guess.options[taken];
    return html(
      "tr",
      { class: option === undefined ? "open" : right ? "good" : "bad" },
      html("th", { scope: "row" }, html("a", { href: `#${number}` }, `${number}. ${words.title}`)),
      html("td", { class: "verdict" }, option ?? FRAME.unguessed),
      html("td", {}, values ? fill(words.seen, values) : END.unseen, values ? html("p", { class: "why" }, words.why) : ""),
    );
  });
  const right = STEPS.filter((words, i) => memory.guesses[i + 1] === words.guess.answer).length;
  const restart = html("button", { type: "button" }, MEANS.restart);
  restart.addEventListener("click", () => {
    forgot(forget());
    location.hash = "#1";
  });
  const back = html("a", { href: `#${STEPS.length}` }, FRAME.back);
  byId("end").replaceChildren(
    html("h1", { tabindex: -1 }, END.title),
    html("p", {}, `${fill(END.sum, { right, all: STEPS.length })} ${END.last}`),
    html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": END.title }, html("table", {}, html("thead", {}, html("tr", {}, ...[step, guess, seen].map((name) => html("th", { scope: "col" }, name)))), html("tbody", {}, ...lines))),
    html("p", { class: "turn" }, back, restart),
  );
  byId("end").querySelector("h1")?.focus({ preventScroll: true });
  scrollTo(0, 0);
}
