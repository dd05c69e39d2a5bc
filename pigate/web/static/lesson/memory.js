/** What the browser remembers of the lesson: guesses, and what was seen. A browser may refuse to. */

/** @typedef {Record<string, string | number>} Values what stands in the sentence of what was seen; `more` is a sentence after
 *     it, and with `open` it says nothing about the guess yet
 * @typedef {{guesses: Record<string, number>, seen: Record<string, Values>}} Memory */

const KEY = "pigate-lesson";

/** @returns {Memory} */
const nothing = () => ({ guesses: {}, seen: {} });

/** @returns {Memory} */
export function remembered() {
  try {
    const { guesses, seen } = JSON.parse(localStorage.getItem(KEY) ?? "null") ?? nothing();
    return { guesses: { ...guesses }, seen: { ...seen } };
  } catch {
    return nothing(); // refused, or not ours
  }
}

/** @param {Memory} memory */
export function remember(memory) {
  try {
    localStorage.setItem(KEY, JSON.stringify(memory));
  } catch {
    // The lesson goes on, and is forgotten with the page.
  }
}

/** @returns {Memory} */
export function forget() {
  remember(nothing());
  return nothing();
}
