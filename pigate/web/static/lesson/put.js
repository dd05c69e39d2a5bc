/** "Put it on the board": the board works by the very network on show, once it has proved it. */

import { ask } from "../connection.js";
import { NOT_TAUGHT } from "../correction.js";
import { byId, html, say } from "../element.js";
import { everyLevels } from "../network.js";
import { sentence } from "../words.js";
import { allow, button } from "./buttons.js";
import { PUT } from "./words.js";

/** @typedef {{weights: import("../types.js").Weights, rows: Record<string, string>}} Network */

/** @param {ReturnType<typeof import("./board.js").makeBoard>} board */
export function makePut(board) {
  const root = byId("put");
  const told = html("span", { role: "status" });
  /** @type {Network | null | undefined} */
  let network = null; // undefined: the step has none for the board

  const put = button(PUT.put, async () => {
    if (!network) return;
    const { weights, rows } = network;
    allow(false, put);
    const { status, problem } = await ask("/api/weights", { table: everyLevels(3).map((levels) => rows[levels] ?? NOT_TAUGHT).join(""), weights });
    const known = { 202: PUT.done, 409: PUT.busy, 422: PUT.unproved }[status];
    if (status === 403) board.permission.refused(status, problem);
    draw();
    if (network?.weights === weights) say(told, known ?? sentence(problem));
  });
  root.replaceChildren(put, told);

  function draw() {
    root.hidden = network === undefined || !(board.takes() || told.textContent);
    put.hidden = !board.takes();
    allow(Boolean(network), put);
  }

  return {
    draw,
    /** Offer the network that is on show; null where none is learned yet, undefined where the step has none for the board.
     * @param {Network | null | undefined} next */
    offer(next) {
      if (next?.weights !== network?.weights) say(told, "");
      network = next;
      draw();
    },
  };
}
