/** One row of the table: levels, target, a bar for each prediction, and the verdict. */

import { html, say, set as setAttributes } from "./element.js";
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

/**
 * @param {string} levels @param {number} outputs
 * @param {((levels: string) => void) | null} [set] called when the switches shall stand on its levels; null where they cannot
 * @returns {Row}
 */
export function makeRow(levels, outputs, set = null) {
  const bits = [...levels].map((bit) => html("i", { class: bit === "1" ? "one" : "zero" }, bit));
  const cell = html("td", { class: "target" });
  // Where one may train, a target leads to the lesson's last step, which teaches rows.
  const target = set ? html("a", { class: "teach", href: "/lesson#7", tabindex: -1 }) : cell;
  if (set) cell.append(target);
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
  setAttributes(row.line, { class: taught ? null : "untaught" });
  setAttributes(row.verdict, { class: `verdict ${taught ? (answer.right ? "right" : "wrong") : "guess"}` });
  say(row.target, answer.targets ?? "\u2013");
  const label = `Target ${answer.targets ?? "none"} of ${row.levels}: teach it yourself`;
  if (row.target.matches("a")) setAttributes(row.target, { "aria-label": label });
  say(row.verdict, verdict(answer));
  answer.prediction.forEach((p, i) => {
    row.bars[i].style.setProperty("--p", p.toFixed(3));
    setAttributes(row.bars[i], { "data-decision": answer.decisions[i] });
    say(row.numbers[i], fixed(p, 3));
  });
}
