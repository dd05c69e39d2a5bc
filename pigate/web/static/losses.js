/** The loss curve: how wrong every start was, epoch by epoch. */

import { svg, set, unit } from "./element.js";
import { whole } from "./words.js";

/** @typedef {import("./types.js").Training} Training */

const LEAST = 1e-7; // a loss of 0 has no place on a logarithmic scale

/** @param {number} power @returns {string} */
const superscript = (power) => `\u207b${"\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077"[-power]}`;

/** @param {Element} root an SVG @param {(epoch: number) => void} seek called with the epoch that is pointed at */
export function makeLosses(root, seek) {
  /** @type {Training | null} */
  let training = null;
  let moment = 0;
  let [left, right, top, bottom] = [0, 0, 0, 0];
  let [low, high, last] = [-3, 0, 1];
  /** @type {[number, number][]} */
  let curve = []; // the winner's
  const cursor = svg("path", { class: "cursor" });
  const dot = svg("circle", { class: "dot" });

  /** @param {number} epoch */
  const x = (epoch) => left + ((right - left) * epoch) / last;
  /** @param {number} loss */
  const y = (loss) => top + ((bottom - top) * (high - Math.log10(Math.max(loss, LEAST)))) / (high - low);

  /** @param {number[]} losses @returns {[number, number][]} */
  const points = (losses) => losses.map((loss, k) => [/** @type {Training} */ (training).loss_epochs[k], loss]);
  /** @param {[number, number][]} points @returns {string} */
  const path = (points) => points.map(([epoch, loss], k) => `${k ? "L" : "M"}${x(epoch).toFixed(1)} ${y(loss).toFixed(1)}`).join("");

  /** @returns {[number, number][]} the winner's curve, to the very end */
  function winner() {
    if (!training) return [];
    const { losses, winner, loss, snapshot_epochs } = training;
    return [...points(losses.map((starts) => starts[winner])), [snapshot_epochs[snapshot_epochs.length - 1], loss]];
  }

  function build() {
    if (!training || !training.starts) return root.replaceChildren();
    const u = unit();
    const [width, height] = [root.clientWidth, root.clientHeight];
    const { losses, snapshot_epochs } = training;
    [left, right, top, bottom] = [46 * u, width - 10 * u, 8 * u, height - 24 * u];
    last = Math.max(1, snapshot_epochs[snapshot_epochs.length - 1]);
    const values = [...losses.flat(), training.loss].map((loss) => Math.log10(Math.max(loss, LEAST)));
    low = Math.floor(values.reduce((a, b) => Math.min(a, b)));
    high = Math.max(Math.ceil(values.reduce((a, b) => Math.max(a, b))), low + 1);
    const lines = svg("g", { class: "grid" });
    for (let power = low; power <= high; power++) {
      lines.append(svg("path", { d: `M${left} ${y(10 ** power)} H${right}` }));
      lines.append(svg("text", { x: left - 8 * u, y: y(10 ** power), class: "tick" }, power < -3 ? `10${superscript(power)}` : String(10 ** power)));
    }
    for (const [epoch, anchor] of /** @type {[number, string][]} */ ([[0, "start"], [last, "end"]])) {
      lines.append(svg("text", { x: x(epoch), y: bottom + 16 * u, class: `tick ${anchor}` }, epoch ? whole(epoch) : "epoch 0"));
    }
    const losers = losses[0]?.map((_, start) => start).filter((start) => start !== training?.winner) ?? [];
    curve = winner();
    root.replaceChildren(
      lines,
      svg("g", { class: "losers" }, ...losers.map((start) => svg("path", { d: path(points(losses.map((all) => all[start]))) }))),
      svg("path", { class: "winner", d: path(curve) }),
      cursor,
      dot,
    );
    set(root, { viewBox: `0 0 ${width} ${height}`, class: training.learned ? "plot" : "plot failed" });
    set(dot, { r: 5 * u });
    mark();
  }

  function mark() {
    if (!training?.starts) return;
    const epoch = training.snapshot_epochs[moment];
    const at = curve.reduce((best, point) => (Math.abs(point[0] - epoch) < Math.abs(best[0] - epoch) ? point : best));
    set(cursor, { d: `M${x(epoch)} ${top} V${bottom}` });
    set(dot, { cx: x(epoch), cy: y(at[1]) });
  }

  const point = (/** @type {PointerEvent} */ event) => {
    if (!training?.starts || !(event.buttons & 1)) return;
    const share = (event.clientX - root.getBoundingClientRect().left - left) / (right - left);
    seek(Math.round(Math.min(Math.max(share, 0), 1) * last));
  };
  root.addEventListener("pointerdown", (event) => point(/** @type {PointerEvent} */ (event)));
  root.addEventListener("pointermove", (event) => point(/** @type {PointerEvent} */ (event)));
  new ResizeObserver(build).observe(root);

  return {
    /** @param {Training} next @param {number} nextMoment index of the snapshot that is on show */
    update(next, nextMoment) {
      moment = nextMoment;
      if (next === training) return mark();
      training = next;
      build();
    },
  };
}
