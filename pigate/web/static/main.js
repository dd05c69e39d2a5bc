/** The page: what the gate tells goes to the panels, what a person does goes to the gate. */

import { follow } from "./connection.js";
import { next as nextTargets, opposite } from "./correction.js";
import { byId, html, say } from "./element.js";
import { makeExhibit } from "./exhibit.js";
import { explainTerms, sayExplained } from "./explain.js";
import { makeFullScreen } from "./fullscreen.js";
import { decide } from "./network.js";
import { makeOffer } from "./offer.js";
import { makePermission } from "./permission.js";
import { makeReplay, momentInNumbers } from "./replay.js";
import { namesOf, settle, subjectOf } from "./subject.js";
import { makeTable } from "./table.js";
import { makeTeacher } from "./teacher.js";
import { makeTrainer } from "./trainer.js";
import { fixed, hint, history, introduction, named } from "./words.js";

/** @typedef {import("./types.js").State} State */

/** @type {State | null} */
let state = null;
/** @type {number | null} */
let moment = null; // the snapshot that is replayed; null: live
let lost = false;
let asked = false; // whether a training was asked for from this page
let since = new Date(); // when the connection was lost
let drawing = 0;
let drawn = -Infinity; // when the page was drawn last
/** @type {import("./types.js").Subject | null} */
let subject = null;

/** Milliseconds between two pictures of a screen. */
const PICTURE_MS = 16;

const hideExplanation = explainTerms(byId("thinking"));
makeFullScreen(byId("full"), byId("thinking"));
const permission = makePermission(soon);
const teacher = makeTeacher(permission, soon);
const exhibit = makeExhibit(wrong);
const table = makeTable(exhibit.set, aim);
const replay = makeReplay((next) => {
  moment = next;
  soon();
});
const trainer = makeTrainer((whether) => {
  asked = whether;
});
const offer = makeOffer(trainer.take);

/** Draw with the next picture that the screen takes, however much has happened until then. */
function soon() {
  drawing ||= requestAnimationFrame(draw);
}

/** Draw at once, unless this picture is drawn already. */
function now() {
  if (performance.now() - drawn < PICTURE_MS) soon();
  else draw();
}

function draw() {
  cancelAnimationFrame(drawing);
  drawing = 0;
  drawn = performance.now();
  const { classList } = document.body;
  classList.toggle("lost", lost);
  say(byId("banner"), lost ? connectionLost() : "");
  if (!state) return;
  const { training } = state;
  classList.remove("waiting");
  classList.toggle("replaying", moment !== null);
  classList.toggle("wide", state.gate.layers.length > 4 || state.board.outputs.length > 3);
  subject = subjectOf(state, moment, subject);
  // These come before the exhibit, which takes the room that they leave.
  tell(state, training);
  offer.update(state);
  replay.update(state, moment);
  teacher.update(state, lost);
  const may = permission.may(state.board);
  exhibit.update(state, subject, lost, may);
  table.update(state, subject, may);
  trainer.update(state, lost);
  announce(state);
}

/** What the LED shows now is wrong. @param {number} output */
function wrong(output) {
  if (!state || lost) return;
  const { snapshot, gate } = state;
  if (!snapshot || snapshot.chattering.length || /[^01]/.test(snapshot.levels)) return teacher.tell("The switches do not rest: nothing was taught.");
  teacher.teach(snapshot.levels, opposite(gate.rows[snapshot.levels], snapshot.decision, output));
}

/** A row's target was clicked. @param {string} levels @param {number} output */
function aim(levels, output) {
  if (!state || lost) return;
  if (moment !== null) return teacher.tell("This is a replay: go back to live, and teach there.");
  const { rows, predictions, tolerance } = state.gate;
  teacher.teach(levels, nextTargets(rows[levels], predictions[levels].map((p) => decide(p, tolerance)), output));
}

/** What is on show, and how it was learned, in words. @param {State} state @param {import("./types.js").Training} training */
function tell(state, training) {
  say(byId("mode"), moment !== null ? "Replay" : lost ? "Last known" : "Live");
  byId("mode-moment").hidden = moment === null;
  if (moment !== null) {
    const end = moment === training.snapshots.length - 1 ? (training.learned ? ", proved" : ", not learned") : moment === 0 ? ", random weights" : "";
    say(byId("mode-count"), momentInNumbers(training, moment));
    say(byId("mode-end"), end);
  }
  say(byId("thinking-title"), moment === null ? "What it thinks" : "What it thought");
  say(byId("knowing-title"), moment === null ? "What it knows" : "What it knew");
  const [before, name, after] = introduction(state, moment === null);
  const root = byId("introduction");
  if (root.textContent !== before + name + after) root.replaceChildren(before, html("b", {}, name), after);
  say(byId("hint"), hint(state.board));
  byId("learning").classList.toggle("failed", !training.learned);
  say(byId("learning-title"), training.learned ? "How it learned" : "A training that failed");
  say(byId("outcome"), training.learned ? "" : `It tried ${named(state.meanings, training.table)}.`);
  sayExplained(byId("history"), history(training));
  say(byId("goes-on"), training.learned ? "" : "The gate goes on with the network that it had.");
}

/** @param {State} state */
function announce({ snapshot, gate, output_names }) {
  const names = namesOf(output_names, gate.table);
  const decided = snapshot?.decision.map((d, i) => `${names[i] ? `${names[i]} ` : ""}${d} (${fixed(snapshot.prediction[i], 3)})`).join(", ");
  const guess = snapshot && !snapshot.taught ? `,${gate.guesses ? " a guess:" : ""} this row is not taught` : "";
  say(byId("announcement"), snapshot ? `${snapshot.levels}: ${decided}${guess}` : "The switches are not read yet.");
  document.title = snapshot ? `${snapshot.levels} \u2192 ${snapshot.decision.join(" ")} \u00b7 pigate` : "pigate";
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
    now();
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
  if (event.key === "Escape" && !hideExplanation() && moment !== null) replay.live();
  if (!/^[1-8]$/.test(event.key) || event.ctrlKey || event.altKey || event.metaKey || event.repeat || typing(event.target)) return;
  exhibit.flip(Number(event.key) - 1);
});
