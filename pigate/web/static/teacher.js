/** Teaching the gate by hand: one row at a time, and Undo for the last. */

import { ask } from "./connection.js";
import { NOT_TAUGHT } from "./correction.js";
import { byId, say } from "./element.js";
import { sentence } from "./words.js";

/** @typedef {import("./types.js").State} State */

/** @typedef {object} Lesson what is being taught
 * @property {string} levels
 * @property {string} outputs
 * @property {string} [before] the targets so far, once the gate has taken it
 * @property {boolean} undoes
 * @property {State["training"]} training the one before it
 * @property {boolean} busy whether the gate was seen to train */

const HINT = "Is the LED wrong? Say so beside it, or click a row\u2019s target: 1, 0, or not taught.";

/** @param {string} levels @param {string} outputs */
const said = (levels, outputs) => `row ${levels} is ${outputs === NOT_TAUGHT ? "not taught" : outputs}`;

/** @param {ReturnType<typeof import("./permission.js").makePermission>} permission @param {() => void} changed called when the page has to be drawn anew */
export function makeTeacher(permission, changed) {
  const bar = byId("teacher");
  const undo = byId("undo");
  /** @type {State | null} */
  let state = null;
  /** @type {Lesson | null} */
  let lesson = null;
  /** @type {{levels: string, outputs: string} | null} */
  let last = null; // what undoes the last one
  let told = HINT;

  /** @param {string} text @param {boolean} undoable */
  function show(text, undoable) {
    say(byId("taught"), text);
    bar.classList.toggle("quiet", text === HINT); // there is no room for it on a phone
    undo.hidden = !undoable;
  }

  /** @param {string} text */
  function tell(text) {
    told = text;
    show(text, last !== null);
  }

  /** @param {string} levels @param {string} outputs @param {boolean} [undoes] */
  async function teach(levels, outputs, undoes = false) {
    if (!state) return;
    if (lesson && (state.busy || lesson.before === undefined)) return tell(`It still learns that ${said(lesson.levels, lesson.outputs)}.`);
    const mine = lesson = /** @type {Lesson} */ ({ levels, outputs, undoes, training: state.training, busy: false });
    tell(`It learns that ${said(levels, outputs)}\u2026`);
    const { status, problem, answer } = await ask("/api/teach", { levels, outputs });
    if (lesson !== mine) return; // the gate was lost meanwhile
    if (!problem) mine.before = answer.before;
    else {
      lesson = null;
      tell(status === 409 ? "A training is running: nothing was taught. Try again when it has ended." : sentence(problem));
      if (status === 403) permission.refused(status, problem);
    }
    settle();
    changed();
  }

  /** See whether the gate has learned what it was taught. */
  function settle() {
    if (!lesson || lesson.before === undefined || !state) return;
    const { levels, outputs, undoes, before, training: old } = lesson;
    const { gate, training, busy } = state;
    const cancelled = lesson.busy && !busy && training === old;
    lesson.busy ||= busy;
    const ours = training !== old && (training.rows[levels] ?? NOT_TAUGHT) === outputs;
    if (busy || !(ours || cancelled)) return;
    lesson = null;
    if (cancelled) return tell("The training was cancelled: the gate goes on as before.");
    if ((gate.rows[levels] ?? NOT_TAUGHT) === outputs) {
      last = undoes ? null : { levels, outputs: before };
      return tell(`${undoes ? "Undone" : "Learned"}: ${said(levels, outputs)}${undoes ? " again" : ""}.`);
    }
    const why = training.learned ? "cannot be saved: the log of pigate says why" : "cannot be learned with the other rows";
    tell(`That ${said(levels, outputs)} ${why}. The gate goes on as before.`);
  }

  undo.addEventListener("click", () => last && teach(last.levels, last.outputs, true));

  return {
    teach,
    tell,
    /** @param {State} next @param {boolean} lost */
    update(next, lost) {
      state = next;
      if (lost && lesson) {
        lesson = null;
        tell("The gate was lost before it had learned that. See whether it has, when it is back.");
      }
      settle();
      const may = permission.may(next.board);
      const why = permission.problem(next.board);
      bar.hidden = !may && !why;
      document.body.classList.toggle("teaches", !bar.hidden);
      show(may ? told : why, may && last !== null);
    },
  };
}
