/** The table: all rows, the one of this moment marked. */

import { byId, html, say, set } from "./element.js";
import { everyLevels } from "./network.js";
import { answerOf, makeRow, showAnswer } from "./row.js";
import { capital, count, fixed } from "./words.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Subject} Subject */

/** Rows out of sight are written after this time without changes: 256 rows are slow to draw. */
const CALM_MS = 150;

/** @returns the table, in the element that the page has for it */
export function makeTable() {
  const table = byId("rows");
  const box = byId("rows-box");
  /** @type {import("./row.js").Row[]} */
  let rows = [];
  /** @type {(import("./row.js").Answer | null)[]} */
  let waiting = []; // for each row the answer that it does not show yet
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let calm;
  let built = "";
  let current = -1;

  /** @param {number} inputs @param {number[]} gpios of the outputs */
  function build(inputs, gpios) {
    built = [inputs, ...gpios].join();
    current = -1;
    rows = everyLevels(inputs).map((levels) => makeRow(levels, gpios.length));
    const outputs = gpios.length === 1 ? ["Prediction"] : gpios.map((_, i) => `Output ${i + 1}`);
    const heads = ["Switches", "Target", ...outputs, "Verdict"].map((name) => html("th", { scope: "col" }, name));
    table.replaceChildren(
      html("caption", { class: "unseen" }, "Every setting of the switches, what the table wants, and what the network says"),
      html("thead", {}, html("tr", {}, ...heads)),
      html("tbody", {}, ...rows.map(({ line }) => line)),
    );
    table.classList.toggle("many", gpios.length > 2);
  }

  /** Mark the row of these levels, and bring it into view without moving the page.
   * @param {string | undefined} levels */
  function mark(levels) {
    const index = rows.findIndex((row) => row.levels === levels);
    if (index === current) return;
    if (rows[current]) set(rows[current].line, { "aria-current": null });
    current = index;
    if (!rows[index]) return;
    const { line } = rows[index];
    set(line, { "aria-current": "true" });
    const head = /** @type {HTMLElement} */ (table.querySelector("thead")).offsetHeight;
    const hidden = line.offsetTop < box.scrollTop + head || line.offsetTop + line.offsetHeight > box.scrollTop + box.clientHeight;
    if (hidden) box.scrollTop = line.offsetTop - (box.clientHeight - head) / 2;
  }

  /** Write the answers of the rows from `first` to `last`. @param {number} first @param {number} last */
  function show(first, last) {
    for (let i = Math.max(first, 0); i < Math.min(last, rows.length); i++) {
      const answer = waiting[i];
      if (answer) showAnswer(rows[i], answer);
      waiting[i] = null;
    }
  }

  function showInSight() {
    const height = rows[0]?.line.offsetHeight || 1;
    const first = Math.floor(box.scrollTop / height) - 1;
    show(first, first + Math.ceil(box.clientHeight / height) + 2);
  }

  box.addEventListener("scroll", showInSight);

  return {
    /** @param {State} state @param {Subject} subject */
    update({ board, snapshot }, subject) {
      if (built !== [board.inputs.length, ...board.outputs].join()) build(board.inputs.length, board.outputs);
      mark(snapshot?.levels);
      const answers = rows.map(({ levels }) => answerOf(subject, levels));
      waiting = [...answers];
      showInSight();
      clearTimeout(calm);
      calm = setTimeout(() => show(0, rows.length), CALM_MS);
      table.style.setProperty("--tolerance", String(subject.tolerance));
      const taught = Object.keys(subject.rows).length;
      say(byId("score"), `${answers.filter(({ right }) => right).length} of ${taught} taught rows right`);
      const above = fixed(1 - subject.tolerance, 4).replace(/0+$/, "");
      const rule = `Above ${above} is on, below ${subject.tolerance} is off, between is undecided.`;
      const guesses = rows.length - taught;
      const guessed = ` ${capital(count(guesses, "row"))} ${guesses > 1 ? "were" : "was"} never taught: there the network guesses.`;
      say(byId("rule"), guesses ? rule + guessed : rule);
    },
  };
}
