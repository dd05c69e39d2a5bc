/** The table: all rows, the one of this moment marked. */

import { byId, html, say, set as setAttributes } from "./element.js";
import { everyLevels } from "./network.js";
import { answerOf, makeRow, showAnswer } from "./row.js";
import { capital, count, fixed } from "./words.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Subject} Subject */

/** Rows out of sight are written after this time without changes: 256 rows are slow to draw. */
const CALM_MS = 600;
const FIRST_SIGHT = 20;

/**
 * @param {(levels: string) => void} set called when the switches shall stand on a row's levels
 * @param {(levels: string, output: number) => void} aim called when an output's target is clicked
 */
export function makeTable(set, aim) {
  const table = byId("rows");
  const box = byId("rows-box");
  /** @type {import("./row.js").Row[]} */
  let rows = [];
  /** @type {(import("./row.js").Answer | null)[]} */
  let waiting = []; // for each row the answer that it does not show yet
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let calm;
  /** @type {[number, number]} */
  let sight = [0, FIRST_SIGHT]; // the first row in sight, and the first behind the last
  let built = "";
  let current = -1;
  /** @type {Subject | null} */
  let shown = null;

  /** @type {string[]} */
  let names = []; // of the outputs, where they are several

  /** @param {import("./types.js").Board} board @param {string[]} known names of the outputs @param {boolean} may teach */
  function build({ inputs, outputs: gpios, writable }, known, may) {
    current = -1;
    shown = null;
    names = gpios.length === 1 ? [] : gpios.map((_, i) => known[i] ?? `output ${i + 1}`);
    rows = everyLevels(inputs.length).map((levels) => makeRow(levels, gpios.length, writable ? set : null, may ? aim : null));
    const outputs = gpios.length === 1 ? ["Prediction"] : names.map(capital);
    const heads = ["Switches", "Target", ...outputs, "Verdict"].map((name) => html("th", { scope: "col" }, name));
    table.replaceChildren(
      html("caption", { class: "unseen" }, "Every setting of the switches, what the table wants, and what the network says"),
      html("thead", {}, html("tr", {}, ...heads)),
      html("tbody", {}, ...rows.map(({ line }) => line)),
    );
    table.classList.toggle("many", gpios.length > 2);
    stopAt(0);
  }

  /** Let the Tab key come in at one row; from there the arrows lead to the others. @param {number} index */
  function stopAt(index) {
    for (const item of table.querySelectorAll("tbody [tabindex='0']")) setAttributes(item, { tabindex: -1 });
    for (const item of rows[index]?.line.querySelectorAll("[tabindex]") ?? []) setAttributes(item, { tabindex: 0 });
  }

  table.addEventListener("keydown", (event) => {
    const way = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const here = /** @type {Element} */ (event.target);
    const index = rows.findIndex(({ line }) => line.contains(here));
    const stops = (/** @type {number} */ row) => [.../** @type {NodeListOf<HTMLElement>} */ (rows[row]?.line.querySelectorAll("[tabindex]") ?? [])];
    const next = way && here.matches("[tabindex]") ? stops(index + way)[stops(index).findIndex((stop) => stop === here)] : undefined;
    if (!next) return;
    event.preventDefault();
    stopAt(index + Number(way));
    next.focus();
  });

  /** Mark the row of these levels, and bring it into view without moving the page.
   * @param {string | undefined} levels */
  function mark(levels) {
    const index = rows.findIndex((row) => row.levels === levels);
    if (index === current) return;
    if (rows[current]) setAttributes(rows[current].line, { "aria-current": null });
    current = index;
    if (!rows[index]) return;
    const { line } = rows[index];
    setAttributes(line, { "aria-current": "true" });
    if (!table.contains(document.activeElement)) stopAt(index);
    const head = /** @type {HTMLElement} */ (table.querySelector("thead")).offsetHeight;
    const hidden = line.offsetTop < box.scrollTop + head || line.offsetTop + line.offsetHeight > box.scrollTop + box.clientHeight;
    if (hidden) box.scrollTop = line.offsetTop - (box.clientHeight - head) / 2;
  }

  /** Write the answers of the rows from `first` to `last`. @param {number} first @param {number} last */
  function show(first, last) {
    for (let i = Math.max(first, 0); i < Math.min(last, rows.length); i++) {
      const answer = waiting[i];
      if (answer) showAnswer(rows[i], answer, names);
      waiting[i] = null;
    }
  }

  const showInSight = () => show(...sight);

  /** Find out which rows are in sight. To ask while the page is drawn would lay it out once more each time. */
  function look() {
    const height = rows[0]?.line.offsetHeight || 1;
    const first = Math.floor(box.scrollTop / height) - 1;
    sight = [first, first + Math.ceil(box.clientHeight / height) + 2];
    showInSight();
  }

  box.addEventListener("scroll", look);
  new ResizeObserver(look).observe(box);

  return {
    /** @param {State} state @param {Subject} subject @param {boolean} may teach */
    update({ board, snapshot }, subject, may) {
      const key = [board.inputs.length, board.outputs.length, board.writable, may, ...(subject.names ?? [])].join();
      if (built !== key) build(board, subject.names ?? [], may);
      built = key;
      mark(snapshot?.levels);
      if (subject === shown) return;
      shown = subject;
      const answers = rows.map(({ levels }) => answerOf(subject, levels));
      waiting = [...answers];
      showInSight();
      clearTimeout(calm);
      calm = setTimeout(() => show(0, rows.length), CALM_MS);
      table.style.setProperty("--tolerance", String(subject.tolerance));
      const taught = Object.keys(subject.rows).length;
      const right = answers.filter((answer) => answer.right).length;
      say(byId("score"), taught ? `${right} of ${taught} taught rows right` : "no row is taught");
      const above = fixed(1 - subject.tolerance, 4).replace(/0+$/, "");
      const rule = `Above ${above} is on, below ${subject.tolerance} is off, between is undecided.`;
      const left = rows.length - taught;
      const there = subject.guesses === false ? "there the LED is undecided, whatever the network guesses" : "there the network guesses";
      say(byId("rule"), left ? `${rule} ${capital(count(left, "row"))} ${left > 1 ? "are" : "is"} not taught: ${there}.` : rule);
    },
  };
}
