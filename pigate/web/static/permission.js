/** Whether this page may teach: freely, with a key that the gate has taken, or not. */

import { ask } from "./connection.js";
import { forgetKey, theKey } from "./key.js";
import { sentence } from "./words.js";

/** A closed door is tried again after this time. */
const AGAIN_MS = 10_000;

/** @param {() => void} changed called when the page may teach now, or may no more */
export function makePermission(changed) {
  addEventListener("hashchange", changed); // a key may have come
  let asked = ""; // the key that the gate was asked about
  let right = ""; // the key that it took
  let why = ""; // it did not take the last one

  async function check() {
    asked = theKey();
    const { status, problem } = await ask("/api/key", {});
    if (problem) refused(status, problem);
    else [right, why] = [asked, ""];
    if (problem && asked === theKey()) setTimeout(() => { asked = ""; changed(); }, AGAIN_MS);
    changed();
  }

  /** Take in that the gate has refused the key. @param {number} status @param {string} problem */
  function refused(status, problem) {
    if (status === 403) {
      forgetKey();
      right = "";
    }
    why = sentence(problem);
  }

  return {
    refused,
    /** @param {import("./types.js").Board} board */
    may({ teach }) {
      const key = theKey();
      if (teach === "key" && key && key !== asked) check();
      return teach === "free" || (teach === "key" && key !== "" && key === right);
    },
    /** Why a key opens nothing; empty where it does, or where nobody gave one. @param {import("./types.js").Board} board */
    problem({ teach }) {
      if (teach === "no") return theKey() ? "The key opens nothing here: the settings do not say teach = true." : "";
      return teach === "key" && !right ? why : "";
    },
  };
}
