/** The table: every row with its target, its prediction and the verdict. */

import { byId, html, say, set } from "./element.js";
import { decide, everyLevels, forward, targetsOf } from "./network.js";
import { capital, count, fixed } from "./words.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Subject} Subject */
/** @typedef {import("./types.js").Decision} Decision */

/** @typedef {object} Row
 * @property {string} levels
 * @property {HTMLElement} line
 * @property {HTMLElement} target
 * @property {HTMLElement[]} bars
 * @property {HTMLElement[]} numbers
 * @property {HTMLElement} verdict */

/** @param {string} levels @param {number} outputs @returns {Row} */
function makeRow(levels, outputs) {
  const bits = [...levels].map((bit) => html("i", { class: bit === "1" ? "one" : "zero" }, bit));
  const target = html("td", { class: "target" });
  const verdict = html("td", { class: "verdict" });
  const bars = Array.from({ length: outputs }, () => html("span", { class: "bar", "aria-hidden": "true" }));
  const numbers = bars.map(() => html("span", { class: "number" }));
  const cells = bars.map((bar, i) => html("td", { class: "prediction" }, html("span", { class: "measure" }, bar, numbers[i])));
  const line = html("tr", { "data-levels": levels }, html("th", { scope: "row", class: "levels" }, ...bits), target, ...cells, verdict);
  return { levels, line, target, bars, numbers, verdict };
}

/** @param {Decision[]} decisions @param {string | undefined} targets @returns {[string, string]} class and words */
function judge(decisions, targets) {
  if (targets === undefined) return ["guess", `a guess: ${decisions.join(", ")}`];
  return targetsOf(decisions) === targets ? ["right", "learned"] : ["wrong", "not learned"];
}

/** @returns the table, in the element that the page has for it */
export function makeTable() {
  const table = byId("rows");
  /** @type {Row[]} */
  let rows = [];
  let built = "";
  let current = "";

  /** @param {number} inputs @param {number[]} gpios of the outputs */
  function build(inputs, gpios) {
    built = [inputs, ...gpios].join();
    current = "";
    rows = everyLevels(inputs).map((levels) => makeRow(levels, gpios.length));
    const one = gpios.length === 1;
    const heads = gpios.map((gpio, i) => html("th", { scope: "col" }, one ? "Prediction" : `Output ${i + 1}`));
    const head = html("tr", {}, html("th", { scope: "col" }, "Switches"), html("th", { scope: "col" }, "Target"), ...heads, html("th", { scope: "col" }, "Verdict"));
    table.replaceChildren(
      html("caption", { class: "unseen" }, "Every setting of the switches, what the table wants, and what the network says"),
      html("thead", {}, head),
      html("tbody", {}, ...rows.map(({ line }) => line)),
    );
    table.classList.toggle("many", gpios.length > 2);
  }

  /** Bring the current row into view without moving the page. @param {HTMLElement} line */
  function reveal(line) {
    const box = byId("rows-box");
    const head = /** @type {HTMLElement} */ (table.querySelector("thead")).offsetHeight;
    const hidden = line.offsetTop < box.scrollTop + head || line.offsetTop + line.offsetHeight > box.scrollTop + box.clientHeight;
    if (hidden) box.scrollTop = line.offsetTop - (box.clientHeight - head) / 2;
  }

  return {
    /** @param {State} state @param {Subject} subject */
    update({ board, snapshot }, subject) {
      if (built !== [board.inputs.length, ...board.outputs].join()) build(board.inputs.length, board.outputs);
      table.style.setProperty("--tolerance", String(subject.tolerance));
      let right = 0;
      for (const row of rows) {
        const activations = forward(subject.weights, row.levels);
        const prediction = activations[activations.length - 1];
        const decisions = prediction.map((p) => decide(p, subject.tolerance));
        const targets = subject.rows[row.levels];
        say(row.target, targets ?? "\u2013");
        prediction.forEach((p, i) => {
          row.bars[i].style.setProperty("--p", p.toFixed(3));
          row.bars[i].dataset.decision = decisions[i];
          say(row.numbers[i], fixed(p, 3));
        });
        const [kind, words] = judge(decisions, targets);
        if (kind === "right") right++;
        row.verdict.className = `verdict ${kind}`;
        say(row.verdict, words);
        const here = row.levels === snapshot?.levels;
        set(row.line, { class: targets === undefined ? "untaught" : null, "aria-current": here ? "true" : null });
        if (here && current !== row.levels) {
          current = row.levels;
          reveal(row.line);
        }
      }
      const taught = Object.keys(subject.rows).length;
      const guesses = rows.length - taught;
      const guessed = guesses ? ` ${capital(count(guesses, "row"))} ${guesses > 1 ? "were" : "was"} never taught: there the network guesses.` : "";
      say(byId("score"), `${right} of ${taught} taught rows right`);
      const rule = `Above ${fixed(1 - subject.tolerance, 2).replace(/0$/, "")} is on, below ${subject.tolerance} is off, between is undecided.`;
      say(byId("rule"), rule + guessed);
    },
  };
}
