/** One row of the table: levels, target, a bar for each prediction, and the verdict. */

import { html, say, set as setAttributes } from "./element.js";
import { decide, forward, targetsOf } from "./network.js";
import { fixed } from "./words.js";

/** @typedef {import("./types.js").Subject} Subject */
/** @typedef {import("./types.js").Decision} Decision */

/** @typedef {object} Row
 * @property {string} levels
 * @property {HTMLElement} line
 * @property {HTMLElement[]} targets one, or where one may teach one for each output
 * @property {HTMLElement[]} bars
 * @property {HTMLElement[]} numbers
 * @property {HTMLElement} verdict */

/** @typedef {object} Answer what a network says to a row
 * @property {number[]} prediction
 * @property {Decision[]} decisions
 * @property {string | undefined} targets undefined where the row is not taught
 * @property {boolean} live
 * @property {boolean} guesses whether a row that is not taught is decided at all
 * @property {boolean} right */

/**
 * @param {string} levels @param {number} outputs
 * @param {((levels: string) => void) | null} [set] called when the switches shall stand on its levels; null where they cannot
 * @param {((levels: string, output: number) => void) | null} [aim] called when an output's target is clicked; null where one
 *     may not teach
 * @returns {Row}
 */
export function makeRow(levels, outputs, set = null, aim = null) {
  const bits = [...levels].map((bit) => html("i", { class: bit === "1" ? "one" : "zero" }, bit));
  const cell = html("td", { class: "target" });
  const targets = aim ? Array.from({ length: outputs }, (_, output) => {
    const button = html("button", { type: "button", class: "aim", tabindex: -1 });
    button.addEventListener("click", () => aim(levels, output));
    return button;
  }) : [cell];
  if (aim) cell.append(...targets);
  const verdict = html("td", { class: "verdict" });
  const bars = Array.from({ length: outputs }, () => html("span", { class: "bar", "aria-hidden": "true" }));
  const numbers = bars.map(() => html("span", { class: "number" }));
  const cells = bars.map((bar, i) => html("td", { class: "prediction" }, html("span", { class: "measure" }, bar, numbers[i])));
  const head = html("th", { scope: "row", class: "levels" });
  if (set) {
    const button = html("button", { type: "button", class: "set", tabindex: -1, "aria-label": `Set the switches to ${levels}` }, ...bits);
    button.addEventListener("click", () => set(levels));
    head.append(button);
  } else head.append(...bits);
  const line = html("tr", { "data-levels": levels }, head, cell, ...cells, verdict);
  return { levels, line, targets, bars, numbers, verdict };
}

/** @param {Subject} subject @param {string} levels @returns {Answer} */
export function answerOf(subject, levels) {
  // The weights are rounded; what lies at the tolerance must not look wrong for that.
  const prediction = subject.predictions?.[levels] ?? forward(subject.weights, levels)[subject.weights.length];
  const decisions = prediction.map((p) => decide(p, subject.tolerance));
  const targets = subject.rows[levels];
  const right = targetsOf(decisions) === targets;
  return { prediction, decisions, targets, right, live: subject.live, guesses: subject.guesses ?? true };
}

/** @param {Answer} answer @returns {string} */
function verdict({ decisions, targets, right, guesses }) {
  const said = decisions.length > 2 ? targetsOf(decisions) : decisions.join(", ");
  const nothing = !guesses && decisions.every((decision) => decision === "undecided");
  if (targets === undefined) return nothing ? "not taught" : `a guess: ${said}`;
  return right ? "learned" : "not learned";
}

/** A target as those hear it who may change it. @param {Row} row @param {Answer} answer @param {number} output @param {string} name */
function called({ levels }, { targets }, output, name) {
  const now = targets?.[output];
  const then = now === undefined ? "to teach 1" : now === "1" ? "to teach 0" : "to leave the row out";
  return `Target${name && ` of ${name}`} in row ${levels}: ${now ?? "not taught"}. Press ${then}.`;
}

/** Write an answer into its row. @param {Row} row @param {Answer} answer @param {string[]} names of the outputs */
export function showAnswer(row, answer, names) {
  const taught = answer.targets !== undefined;
  setAttributes(row.line, { class: taught ? null : "untaught" });
  setAttributes(row.verdict, { class: `verdict ${taught ? (answer.right ? "right" : "wrong") : "guess"}` });
  row.targets.forEach((target, output) => {
    const aims = target.matches("button");
    say(target, (aims ? answer.targets?.[output] : answer.targets) ?? "\u2013");
    if (!aims) return;
    setAttributes(target, { "aria-label": called(row, answer, output, names[output] ?? ""), "aria-disabled": answer.live ? null : "true" });
  });
  say(row.verdict, verdict(answer));
  answer.prediction.forEach((p, i) => {
    row.bars[i].style.setProperty("--p", p.toFixed(3));
    setAttributes(row.bars[i], { "data-decision": answer.decisions[i] });
    say(row.numbers[i], fixed(p, 3));
  });
}
