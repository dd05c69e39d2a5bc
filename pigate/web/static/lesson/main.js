/** The frame of the lesson: which step is open, what was guessed, and what was seen. */

import { byId, html, say, set } from "../element.js";
import { makeBoard } from "./board.js";
import { byHand } from "./by-hand.js";
import { makeCard } from "./card.js";
import { showEnd } from "./end.js";
import { alone, fourHelpers, shrug } from "./learn.js";
import { remember, remembered } from "./memory.js";
import { makePut } from "./put.js";
import { race } from "./race.js";
import { makeStage } from "./stage.js";
import { sure } from "./sure.js";
import { teach } from "./teach.js";
import { fill, FRAME, STEPS } from "./words.js";

/** @typedef {import("./memory.js").Values} Values */

/**
 * @typedef {object} Lesson what a step is given
 * @property {Record<string, Published>} programs
 * @property {ReturnType<typeof makeStage>} stage
 * @property {ReturnType<typeof makeBoard>} board
 * @property {ReturnType<typeof makePut>} put
 * @property {HTMLElement} controls for its buttons
 * @property {HTMLElement} beside for what stands below the table
 * @property {HTMLElement} extra for what stands below the network
 * @property {(values: Values) => void} seen called when there is something to see, with its numbers
 *
 * @typedef {object} Step what a step gives back
 * @property {(before: import("../types.js").State | null) => void} [told] called when switches or gate are new
 * @property {() => void} leave ends what it has begun
 *
 * @typedef {object} Published a program of `GET /api/published`
 * @property {Record<string, string>} rows
 * @property {number} learning_rate
 * @property {number} epochs
 * @property {boolean} last_update
 * @property {number} tolerance
 * @property {Record<string, string>} printed
 * @property {Record<string, import("../types.js").Weights>} starts
 */

/** @type {((lesson: Lesson) => Step)[]} */
const STEPS_MADE = [byHand, alone, shrug, fourHelpers, race, sure, teach];

const END = "end";

/** @type {Step | null} */
let open = null;
let shown = "";
let memory = remembered();

const board = makeBoard((before) => {
  stage.draw();
  open?.told?.(before);
  put.draw();
});
const stage = makeStage(board);
const put = makePut(board);
const card = makeCard((guess) => {
  memory.guesses[shown] = guess;
  remember(memory);
  card.update(memory);
  stage.draw();
});

/** @returns {string} the step that the address names, by its number, or "end"; where it names none, the first that is not done */
function wanted() {
  const named = location.hash.slice(1);
  if (named === END || STEPS[Number(named) - 1]) return named;
  const next = STEPS.findIndex((_, i) => !memory.seen[i + 1]);
  return next < 0 ? END : String(next + 1);
}

function nav() {
  const links = STEPS.map(({ title }, i) => {
    const number = String(i + 1);
    const here = number === shown;
    const name = fill(FRAME.to, { n: number, title });
    const link = html("a", { href: `#${number}`, "aria-label": name, title, "aria-current": here ? "step" : null }, number);
    return html("li", { class: memory.seen[number] ? "done" : null }, link);
  });
  const end = html("a", { href: `#${END}`, "aria-current": shown === END ? "step" : null }, FRAME.end);
  byId("steps").querySelector("ol")?.replaceChildren(...links, html("li", {}, end));
  set(byId("steps"), { "aria-label": FRAME.steps });
  say(byId("home"), FRAME.live);
}

/** @param {Record<string, Published>} programs @param {boolean} turned whether a reader has turned to it */
function enter(programs, turned) {
  open?.leave();
  open = null;
  shown = wanted();
  byId("lesson").hidden = shown === END;
  byId("end").hidden = shown !== END;
  nav();
  document.title = fill(FRAME.title, { step: STEPS[Number(shown) - 1]?.title ?? FRAME.end });
  if (shown === END) return showEnd(memory, (next) => { memory = next; });
  const number = shown;
  card.open(Number(number), memory);
  const [controls, beside, extra] = ["controls", "beside", "extra"].map(byId);
  for (const part of [controls, beside, extra]) part.replaceChildren();
  say(byId("note"), "");
  put.offer(undefined);
  open = STEPS_MADE[Number(number) - 1]({
    programs,
    stage,
    board,
    put,
    controls,
    beside,
    extra,
    seen(values) {
      if (shown !== number) return;
      memory.seen[number] = values;
      remember(memory);
      card.update(memory);
      nav();
    },
  });
  if (!turned) return;
  byId("title").focus({ preventScroll: true });
  scrollTo(0, 0);
}

async function begin() {
  /** @type {Record<string, Published>} */
  let programs;
  try {
    const answer = await fetch("/api/published");
    programs = await answer.json();
    await board.ready;
  } catch {
    document.body.classList.remove("waiting");
    byId("lesson").replaceChildren(html("p", { class: "problem" }, FRAME.problem));
    return;
  }
  document.body.classList.remove("waiting");
  enter(programs, false);
  addEventListener("hashchange", () => enter(programs, true));
}

document.addEventListener("keydown", (event) => {
  if (!/^[1-3]$/.test(event.key) || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (board.settable()) board.flip(Number(event.key) - 1);
});

begin();
