/** The switches of the lesson: the board's own where it has three that can be flipped, or drawn ones. */

import { follow, post } from "../connection.js";
import { byId, say, set } from "../element.js";
import { makePermission } from "../permission.js";
import { settle } from "../subject.js";
import { makeSwitches } from "../switches.js";
import { fill, FRAME, STAGE } from "./words.js";

/** @typedef {import("../types.js").State} State */

const INPUTS = 3;

/** @param {(before: State | null) => void} changed called when anything is new, with the state before */
export function makeBoard(changed) {
  /** @type {State | null} */
  let state = null;
  let lost = false;
  let drawn = "0".repeat(INPUTS);
  /** @type {number[]} */
  let along = []; // where the switches stand, in pixels
  /** @type {() => void} */
  let begun;
  const ready = new Promise((resolve) => { begun = () => resolve(undefined); });
  const permission = makePermission(() => changed(state));
  const root = byId("switches");
  const switches = makeSwitches(root, (problem) => say(byId("switches-problem"), problem), async (levels) => {
    if (own()) return post("/api/switches", { levels });
    drawn = levels;
    draw();
    changed(state);
    return "";
  });

  /** Whether the board's own switches are the lesson's: they are three, and a hand can reach them. */
  function own() {
    if (!state || lost || !/^[01]{3}$/.test(state.snapshot?.levels ?? "")) return false;
    return state.board.kind === "gpio" || state.board.writable;
  }

  const levels = () => (own() && state?.snapshot ? state.snapshot.levels : drawn);

  function draw() {
    const board = { kind: "simulated", inputs: Array.from({ length: INPUTS }, (_, i) => i + 1), outputs: [1], writable: true };
    const made = /** @type {State} */ ({ board, snapshot: { levels: drawn, chattering: /** @type {number[]} */ ([]) } });
    switches.update(own() && state ? state : made, false);
    switches.place(along);
    root.querySelectorAll("button").forEach((button, i) => set(button, { "aria-label": fill(STAGE.oneSwitch, { n: i + 1 }) }));
    say(byId("hand"), own() ? (state?.board.kind === "gpio" ? STAGE.board : STAGE.page) : STAGE.drawn);
    say(byId("banner"), lost ? FRAME.lost : "");
  }

  follow({
    state(next) {
      const before = state;
      state = settle(before, next);
      lost = false;
      draw();
      begun();
      changed(before);
    },
    snapshot(snapshot) {
      if (state) state = { ...state, snapshot };
      draw();
      changed(state);
    },
    lost() {
      drawn = levels();
      lost = true;
      draw();
      begun();
      changed(state);
    },
  });

  return {
    /** Until the board is known, or known to be out of reach. */
    ready,
    levels,
    own,
    /** Whether this page may flip the switches. */
    settable: () => !own() || Boolean(state?.board.writable),
    /** Whether the board can be taught from here: its network is then the one on show. */
    teachable: () => own() && state?.board.kind === "simulated" && state.board.outputs.length === 1,
    /** Whether a network of the lesson can be put on the board from here. */
    takes: () => Boolean(state && !lost && state.board.inputs.length === INPUTS && state.board.outputs.length === 1 && permission.may(state.board)),
    permission,
    state: () => state,
    flip: switches.flip,
    /** Set all switches. @param {string} wanted */
    set(wanted) {
      const now = levels();
      [...wanted].forEach((level, i) => level !== now[i] && switches.flip(i));
    },
    /** Stand level with the input neurons. @param {number[]} pixels */
    place(pixels) {
      along = pixels;
      switches.place(along);
    },
  };
}
