/** What a person makes of a row's targets: a click on one of them, and "this is wrong". */

/** @typedef {import("./types.js").Decision} Decision */

/** Stands for the targets of a row that is not taught. */
export const NOT_TAUGHT = "-";

/** The row as it would be taught as it is shown. @param {string | undefined} targets @param {Decision[]} decisions */
const asShown = (targets, decisions) => targets ?? decisions.map((decision) => (decision === "on" ? "1" : "0")).join("");

/** @param {string} targets @param {number} output @param {string} bit */
const put = (targets, output, bit) => targets.slice(0, output) + bit + targets.slice(output + 1);

/**
 * A click on an output's target leads from 1 to 0, then to a row that is not taught, then to 1. The other outputs of a
 * row that was not taught become what they show: a row is taught as a whole.
 * @param {string | undefined} targets undefined where the row is not taught @param {Decision[]} decisions @param {number} output
 */
export function next(targets, decisions, output) {
  if (targets?.[output] === "0") return NOT_TAUGHT;
  return put(asShown(targets, decisions), output, targets === undefined ? "1" : "0");
}

/**
 * "This is wrong" turns over what is taught or shown; what is undecided becomes 1.
 * @param {string | undefined} targets @param {Decision[]} decisions @param {number} output
 */
export function opposite(targets, decisions, output) {
  const shown = asShown(targets, decisions);
  return put(shown, output, shown[output] === "1" ? "0" : "1");
}
