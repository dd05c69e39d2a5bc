/** Loss against epochs, for one start or several. */

import { html, set, svg, unit } from "../element.js";
import { whole } from "../words.js";

/** @typedef {{course: {moments: number[], losses: number[]}, kind: string}} Curve `kind` is its class: quiet, chosen, good or bad */

/** @param {number} power @returns {string} a power of ten */
const tick = (power) => (power > -4 ? String(10 ** power) : `10\u207b${"\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"[-power]}`);

/** @param {string} name for those who cannot see it */
export function makeCurves(name) {
  const root = svg("svg", { class: "curves", role: "img", "aria-label": name });
  return {
    element: html("figure", {}, html("figcaption", {}, name), root),
    /** @param {Curve[]} curves the last in front @param {number} last the epoch at the right end @param {number} [now] up to this epoch */
    draw(curves, last, now = last) {
      const [width, height, u] = [root.clientWidth, root.clientHeight, unit()];
      const [left, right, top, bottom] = [48 * u, width - 8 * u, 6 * u, height - 20 * u];
      const losses = curves.flatMap(({ course }) => course.losses).map(Math.log10);
      const [low, high] = [Math.floor(Math.min(...losses)), 0];
      const x = (/** @type {number} */ epoch) => left + ((right - left) * epoch) / last;
      const y = (/** @type {number} */ power) => top + ((bottom - top) * (high - power)) / (high - low);
      const grid = svg("g", { class: "grid" });
      for (let power = low; power <= high; power++) {
        grid.append(svg("path", { d: `M${left} ${y(power)} H${right}` }), svg("text", { class: "tick", x: left - 6 * u, y: y(power) }, tick(power)));
      }
      grid.append(
        svg("text", { class: "tick start", x: left, y: bottom + 13 * u }, "0"),
        svg("text", { class: "tick", x: right, y: bottom + 13 * u }, whole(last)),
      );
      const paths = curves.map(({ course: { moments, losses: values }, kind }) => {
        const until = moments.filter((epoch) => epoch <= Math.min(now, last)).length;
        const points = moments.slice(0, until).map((epoch, k) => `${x(epoch).toFixed(1)} ${y(Math.log10(values[k])).toFixed(1)}`);
        return svg("path", { class: `curve ${kind}`, d: `M${points.join("L")}` });
      });
      set(root, { viewBox: `0 0 ${width} ${height}` });
      root.replaceChildren(grid, ...paths);
    },
  };
}
