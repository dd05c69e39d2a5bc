/** Teaching the gate by hand: one row at a time, and Undo for the last. */

import { ask } from "./connection.js";
import { NOT_TAUGHT } from "./correction.js";
import { byId, say, set } from "./element.js";
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

/** A gate that has not taken up within this time what it has learned will not: it could not save it. */
const PATIENCE_MS = 5000;

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
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let giving; // up on a gate that does not take up what it has learned

  /** @param {string} text @param {boolean} undoable */
  function show(text, undoable) {
    say(byId("taught"), text);
    bar.classList.toggle("quiet", text === HINT); // there is no room for it on a phone
    // Once it is there it stays, so that the focus does.
    undo.hidden &&= !undoable;
    set(undo, { "aria-disabled": undoable ? null : "true" });
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
    end("");
    const mine = lesson = /** @type {Lesson} */ ({ levels, outputs, undoes, training: state.training, busy: false });
    tell(`It learns that ${said(levels, outputs)}\u2026`);
    const { status, problem, answer } = await ask("/api/teach", { levels, outputs });
    if (lesson !== mine) return; // the gate was lost meanwhile
    if (!problem) mine.before = answer.before;
    else {
      end(status === 409 ? "A training is running: nothing was taught. Try again when it has ended." : sentence(problem));
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
    if (cancelled) return end("The training was cancelled: the gate goes on as before.");
    const cannot = (/** @type {string} */ why) => `That ${said(levels, outputs)} cannot be ${why}. The gate goes on as before.`;
    if (!training.learned) return end(cannot("learned with the other rows"));
    if ((gate.rows[levels] ?? NOT_TAUGHT) === outputs) {
      last = undoes ? null : { levels, outputs: before };
      return end(`${undoes ? "Undone" : "Learned"}: ${said(levels, outputs)}${undoes ? " again" : ""}.`);
    }
    giving ??= setTimeout(() => end(cannot("saved: the log of pigate says why")), PATIENCE_MS);
  }

  /** @param {string} text */
  function end(text) {
    clearTimeout(giving);
    [giving, lesson] = [undefined, null];
    tell(text);
  }

  undo.addEventListener("click", () => last && teach(last.levels, last.outputs, true));

  return {
    teach,
    tell,
    /** @param {State} next @param {boolean} lost */
    update(next, lost) {
      state = next;
      if (lost && lesson) end("The gate was lost before it had learned that. See whether it has, when it is back.");
      settle();
      const may = permission.may(next.board);
      const why = permission.problem(next.board);
      bar.hidden = !may && !why;
      document.body.classList.toggle("teaches", !bar.hidden);
      show(may ? told : why, may && last !== null);
    },
  };
}
