/** Terms that explain themselves in place: pointed at, touched, or reached by the keyboard. */

import { html, set } from "./element.js";
import { pieces, TERMS } from "./terms.js";

/** @typedef {import("./terms.js").Term} Term */

const GAP = 6; // pixels between a term and its explanation

let explained = false; // whether this page explains its terms; the lesson has words of its own

/** @param {Term} term @param {string} [text] as it stands in its sentence @returns {HTMLElement} */
export const makeTerm = (term, text = term) =>
  explained
    ? html("button", { type: "button", class: "term", "data-term": term, "aria-describedby": `meaning-${term}` }, text)
    : html("span", {}, text);

/** Write a text with its terms explained; one that already stands there stays. @param {Element} root @param {string} text */
export function sayExplained(root, text) {
  if (root.textContent === text) return;
  root.replaceChildren();
  for (const [piece, term] of pieces(text)) {
    const mark = root.lastElementChild === root.lastChild && root.lastChild ? (/^[,.:;]/.exec(piece)?.[0] ?? "") : "";
    root.lastElementChild?.append(mark); // a comma begins no line
    root.append(term ? html("span", { class: "joined" }, makeTerm(term, piece)) : piece.slice(mark.length));
  }
}

/**
 * Have every term of the page explain itself, those too that come later.
 * @param {HTMLElement} home where the explanation stands: what is shown alone in full screen has to hold it
 * @returns {() => boolean} hides the explanation, and says whether there was one
 */
export function explainTerms(home) {
  explained = true;
  const bubble = html("p", { id: "explanation", hidden: true, "aria-hidden": "true" });
  // Those who hear the page get the same sentences from here.
  const meanings = Object.entries(TERMS).map(([term, meaning]) => html("span", { id: `meaning-${term}` }, meaning));
  home.append(bubble, html("div", { hidden: true }, ...meanings));
  for (const term of document.querySelectorAll("[data-term]")) {
    set(term, { class: "term", "aria-describedby": `meaning-${/** @type {HTMLElement} */ (term).dataset.term}` });
  }
  /** @type {HTMLElement | null} */
  let shown = null;
  let kept = false; // clicked: stays when the pointer leaves

  /** @param {EventTarget | null} target @returns {HTMLElement | null} */
  const termOf = (target) => (target instanceof Element ? target.closest(".term") : null);

  /** @param {HTMLElement} term */
  function show(term) {
    shown = term;
    bubble.textContent = TERMS[/** @type {Term} */ (term.dataset.term)];
    bubble.hidden = false;
    place(term);
  }

  /** @param {HTMLElement} term */
  function place(term) {
    const [at, own] = [term.getBoundingClientRect(), bubble.getBoundingClientRect()];
    const below = at.bottom + GAP + own.height <= innerHeight;
    bubble.style.setProperty("--x", `${Math.max(GAP, Math.min(at.left, innerWidth - own.width - GAP))}px`);
    bubble.style.setProperty("--y", `${below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - own.height)}px`);
  }

  function hide() {
    const was = shown !== null;
    shown = null;
    kept = false;
    bubble.hidden = true;
    return was;
  }

  document.addEventListener("pointerover", (event) => {
    const term = termOf(event.target);
    if (event.pointerType === "touch" || kept) return; // a finger clicks
    if (term) show(term);
    else if (shown && !shown.matches(":focus-visible")) hide();
  });
  document.addEventListener("focusin", (event) => {
    const term = termOf(event.target);
    if (term?.matches(":focus-visible")) show(term);
  });
  document.addEventListener("focusout", (event) => {
    if (termOf(event.target) === shown) hide();
  });
  document.addEventListener("click", (event) => {
    const term = termOf(event.target);
    if (!term || (kept && term === shown)) return hide();
    show(term);
    kept = true;
  });
  addEventListener("scroll", () => shown && place(shown), { capture: true, passive: true });
  return hide;
}
