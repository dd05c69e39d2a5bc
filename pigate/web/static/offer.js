/** A table that came with the page's address: it offers itself, and is never trained without a click. */

import { byId, say } from "./element.js";
import { readLink } from "./link.js";
import { list, named } from "./words.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Settings} Settings */

/** @param {(settings: Settings) => void} train called when the offer is taken */
export function makeOffer(train) {
  const root = byId("offer");
  const take = /** @type {HTMLButtonElement} */ (byId("take"));
  /** @type {State | null} */
  let state = null;
  /** @type {Settings | string | null} */
  let offered = null;
  let read = "";

  function leave() {
    history.replaceState(null, "", location.pathname);
    draw();
  }

  function draw() {
    if (!state) return;
    if (read !== location.hash) {
      read = location.hash;
      offered = readLink(location.hash, state);
    }
    root.hidden = offered === null;
    if (offered === null) return;
    const writable = state.board.writable;
    take.hidden = typeof offered === "string" || !writable;
    take.disabled = state.busy;
    say(byId("offer-text"), typeof offered === "string" ? `This link cannot be used: ${offered}.` : offerInWords(offered, state));
  }

  take.addEventListener("click", () => {
    const settings = offered;
    leave();
    if (settings && typeof settings !== "string") train(settings);
  });
  byId("leave").addEventListener("click", leave);
  addEventListener("hashchange", draw);

  return {
    /** @param {State} next */
    update(next) {
      state = next;
      draw();
    },
  };
}

/** @param {Settings} settings @param {State} state @returns {string} */
function offerInWords({ table, hidden }, { meanings, board }) {
  const size = `Its network has ${hidden.length ? list(hidden.map(String)) : "no"} hidden neurons.`;
  const how = board.writable ? "Nothing is trained before you say so." : "It can be trained only on a simulated board, where that runs.";
  return `This link brings a table: ${named(meanings, table)}. ${size} ${how}`;
}
