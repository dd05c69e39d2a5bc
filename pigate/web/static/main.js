/** The page: what the gate tells goes to the panels, what a person does goes to the gate. */

import { follow } from "./connection.js";
import { byId, html, say } from "./element.js";
import { makeExhibit } from "./exhibit.js";
import { makeReplay, momentInWords } from "./replay.js";
import { settle, subjectOf } from "./subject.js";
import { makeTable } from "./table.js";
import { makeTrainer } from "./trainer.js";
import { fixed, hint, introduction } from "./words.js";

/** @typedef {import("./types.js").State} State */

/** @type {State | null} */
let state = null;
/** @type {number | null} */
let moment = null; // the snapshot that is replayed; null: live
let lost = false;
let asked = false; // whether a training was asked for from this page
let since = new Date(); // when the connection was lost
let drawing = 0;

const exhibit = makeExhibit();
const table = makeTable();
const replay = makeReplay((next) => {
  moment = next;
  soon();
});
const trainer = makeTrainer((whether) => {
  asked = whether;
});

/** Draw with the next picture that the screen takes, however much has happened until then. */
function soon() {
  drawing ||= requestAnimationFrame(() => {
    drawing = 0;
    draw();
  });
}

function draw() {
  const { classList } = document.body;
  classList.toggle("lost", lost);
  say(byId("banner"), lost ? connectionLost() : "");
  if (!state) return;
  classList.remove("waiting");
  classList.toggle("replaying", moment !== null);
  classList.toggle("wide", state.gate.layers.length > 4 || state.board.outputs.length > 3);
  const subject = subjectOf(state, moment);
  exhibit.update(state, subject, lost);
  table.update(state, subject);
  replay.update(state, moment);
  trainer.update(state, lost);
  const { training } = state;
  const word = moment !== null ? "Replay" : lost ? "Last known" : "Live";
  say(byId("mode"), word);
  const where = moment === null ? "" : momentInWords(training, moment);
  const end = moment === training.snapshots.length - 1 ? (training.learned ? ", proved" : ", not learned") : moment === 0 ? ", random weights" : "";
  say(byId("mode-moment"), where + end);
  byId("live").hidden = moment === null;
  introduce(state);
  announce(state);
}

/** @param {State} state */
function introduce(state) {
  const [before, name, after] = introduction(state);
  const root = byId("introduction");
  if (root.textContent !== before + name + after) root.replaceChildren(before, html("b", {}, name), after);
  say(byId("hint"), hint(state.board));
}

/** @param {State} state */
function announce({ snapshot, gate }) {
  const decided = snapshot?.decision.map((d, i) => `${d} (${fixed(snapshot.prediction[i], 3)})`).join(", ");
  const guess = snapshot && !snapshot.taught ? ", a guess: this row is not taught" : "";
  say(byId("announcement"), snapshot ? `${snapshot.levels}: ${decided}${guess}` : "The switches are not read yet.");
  document.title = snapshot ? `${snapshot.levels} \u2192 ${snapshot.decision.join(" ")} \u00b7 ${gate.table} \u00b7 pigate` : "pigate";
}

function connectionLost() {
  const stale = state ? ` What you see is how it was at ${since.toLocaleTimeString()}.` : "";
  return `No connection to the gate.${stale} Trying to get it back\u2026`;
}

follow({
  state(next) {
    const before = state;
    state = settle(before, next);
    lost = false;
    if (before && before.training !== state.training) {
      moment = null;
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (asked && !still && state.training.starts) {
        draw();
        replay.start();
      }
      asked = false;
    }
    soon();
  },
  snapshot(snapshot) {
    if (state) state = { ...state, snapshot };
    soon();
  },
  lost() {
    if (!lost) since = new Date();
    lost = true;
    soon();
  },
});

/** Whether keys are meant for what has the focus. @param {EventTarget | null} target */
const typing = (target) =>
  target instanceof HTMLElement && target.matches("select, textarea, input:not([type=range], [type=radio], [type=checkbox])");

document.addEventListener("keydown", (event) => {
  if (!/^[1-8]$/.test(event.key) || event.ctrlKey || event.altKey || event.metaKey || event.repeat || typing(event.target)) return;
  exhibit.flip(Number(event.key) - 1);
});
