/** One row of the table: levels, target, a bar for each prediction, and the verdict. */

import { html, say, set } from "./element.js";
import { decide, forward, targetsOf } from "./network.js";
import { fixed } from "./words.js";

/** @typedef {import("./types.js").Subject} Subject */
/** @typedef {import("./types.js").Decision} Decision */

/** @typedef {object} Row
 * @property {string} levels
 * @property {HTMLElement} line
 * @property {HTMLElement} target
 * @property {HTMLElement[]} bars
 * @property {HTMLElement[]} numbers
 * @property {HTMLElement} verdict */

/** @typedef {object} Answer what a network says to a row
 * @property {number[]} prediction
 * @property {Decision[]} decisions
 * @property {string | undefined} targets undefined where the row is not taught
 * @property {boolean} right */

/** @param {string} levels @param {number} outputs @returns {Row} */
export function makeRow(levels, outputs) {
  const bits = [...levels].map((bit) => html("i", { class: bit === "1" ? "one" : "zero" }, bit));
  const target = html("td", { class: "target" });
  const verdict = html("td", { class: "verdict" });
  const bars = Array.from({ length: outputs }, () => html("span", { class: "bar", "aria-hidden": "true" }));
  const numbers = bars.map(() => html("span", { class: "number" }));
  const cells = bars.map((bar, i) => html("td", { class: "prediction" }, html("span", { class: "measure" }, bar, numbers[i])));
  const head = html("th", { scope: "row", class: "levels" }, ...bits);
  const line = html("tr", { "data-levels": levels }, head, target, ...cells, verdict);
  return { levels, line, target, bars, numbers, verdict };
}

/** @param {Subject} subject @param {string} levels @returns {Answer} */
export function answerOf(subject, levels) {
  // The weights are rounded; what lies at the tolerance must not look wrong for that.
  const prediction = subject.predictions?.[levels] ?? forward(subject.weights, levels)[subject.weights.length];
  const decisions = prediction.map((p) => decide(p, subject.tolerance));
  const targets = subject.rows[levels];
  return { prediction, decisions, targets, right: targetsOf(decisions) === targets };
}

/** @param {Answer} answer @returns {string} */
function verdict({ decisions, targets, right }) {
  if (targets === undefined) return `a guess: ${decisions.length > 2 ? targetsOf(decisions) : decisions.join(", ")}`;
  return right ? "learned" : "not learned";
}

/** Write an answer into its row. @param {Row} row @param {Answer} answer */
export function showAnswer(row, answer) {
  const taught = answer.targets !== undefined;
  set(row.line, { class: taught ? null : "untaught" });
  set(row.verdict, { class: `verdict ${taught ? (answer.right ? "right" : "wrong") : "guess"}` });
  say(row.target, answer.targets ?? "\u2013");
  say(row.verdict, verdict(answer));
  answer.prediction.forEach((p, i) => {
    row.bars[i].style.setProperty("--p", p.toFixed(3));
    set(row.bars[i], { "data-decision": answer.decisions[i] });
    say(row.numbers[i], fixed(p, 3));
  });
}
