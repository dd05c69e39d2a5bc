/** The lesson's table: rows, targets, answers; wrong rows are red and marked. */

import { html, say, set } from "../element.js";
import { decide, forward, targetsOf } from "../network.js";
import { fixed } from "../words.js";
import { fill, MEANS, STAGE } from "./words.js";

/** @typedef {import("./stage.js").Scene} Scene */

/** @param {HTMLElement} table @param {{settable: () => boolean, set: (levels: string) => void}} board */
export function makeTargets(table, board) {
  /** @type {{line: HTMLElement, head: HTMLButtonElement, target: HTMLElement, helpers: HTMLElement[], bar: HTMLElement, number: HTMLElement, verdict: HTMLElement}[]} */
  let lines = [];
  let built = "";
  /** @type {Scene["aim"]} */
  let aim = null;

  /** @param {string} levels @param {number} helpers @param {boolean} aims */
  function make(levels, helpers, aims) {
    const head = /** @type {HTMLButtonElement} */ (html("button", { type: "button", class: "levels", "aria-label": fill(STAGE.set, { row: levels }) }, levels));
    head.addEventListener("click", () => board.set(levels));
    const target = html(aims ? "button" : "span", { class: "target", type: aims ? "button" : null });
    if (aims) target.addEventListener("click", () => aim?.(levels));
    const parts = {
      helpers: Array.from({ length: helpers }, () => html("i", { class: "helper" })),
      bar: html("span", { class: "bar", "aria-hidden": "true" }),
      number: html("span", { class: "number" }),
      verdict: html("span", { class: "unseen" }),
    };
    const middle = helpers ? [html("td", { class: "helpers" }, ...parts.helpers)] : [];
    const answer = html("td", { class: "answer" }, html("span", { class: "measure" }, parts.bar, parts.number));
    const line = html("tr", { "data-levels": levels }, html("th", { scope: "row" }, head), html("td", {}, target), ...middle, answer, html("td", { class: "verdict" }, parts.verdict));
    return { ...parts, line, head, target };
  }

  /** @param {Scene} scene @param {number} helpers */
  function build({ shown, aim: aims }, helpers) {
    const key = [helpers, Boolean(aims), ...shown].join();
    if (key === built) return;
    built = key;
    lines = shown.map((levels) => make(levels, helpers, Boolean(aims)));
    const { levels, target, helpers: many, answer, verdict } = STAGE.columns;
    const names = [levels, target, ...(helpers ? [many] : []), answer, verdict];
    table.replaceChildren(
      html("caption", { class: "unseen" }, STAGE.rows),
      html("thead", {}, html("tr", {}, ...names.map((name) => html("th", { scope: "col" }, name === verdict ? html("span", { class: "unseen" }, name) : name)))),
      html("tbody", {}, ...lines.map(({ line }) => line)),
    );
  }

  return {
    /** @param {Scene} scene @param {string} current the levels of the switches */
    update(scene, current) {
      const { weights, rows, tolerance, shown } = scene;
      aim = scene.aim;
      build(scene, scene.helpers ? weights[0][0].length : 0);
      table.style.setProperty("--tolerance", String(tolerance));
      let [right, spoken] = [0, ""];
      lines.forEach((line, i) => {
        const levels = shown[i];
        const activations = forward(weights, levels);
        const prediction = scene.predictions?.[levels]?.[0] ?? activations[activations.length - 1][0];
        const decision = decide(prediction, tolerance);
        const taught = Object.hasOwn(rows, levels);
        const good = taught && targetsOf([decision]) === rows[levels];
        const verdict = STAGE.verdicts[good ? "right" : taught ? "wrong" : "open"];
        right += Number(good);
        if (levels === current) spoken = verdict;
        set(line.line, { class: good ? "good" : taught ? "bad" : "open", "aria-current": levels === current ? "true" : null });
        line.head.disabled = !board.settable();
        const wanted = rows[levels] ?? "\u2013";
        say(line.target, wanted);
        if (aim) set(line.target, { "aria-label": fill(MEANS.aim, { row: levels, target: MEANS.aims[/** @type {"0"} */ (rows[levels] ?? "-")] }) });
        line.helpers.forEach((helper, h) => helper.style.setProperty("--a", activations[1][h].toFixed(3)));
        line.bar.style.setProperty("--p", prediction.toFixed(3));
        set(line.bar, { "data-decision": decision });
        say(line.number, fixed(prediction, tolerance < 0.01 ? 4 : 3));
        say(line.verdict, verdict);
      });
      return { right, verdict: spoken };
    },
  };
}
