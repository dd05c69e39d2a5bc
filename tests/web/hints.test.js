/** The hints for the neuron that is set by hand. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { hintFor, LARGEST, onGrid, STEP, wrongRows } from "../../pigate/web/static/lesson/hints.js";

const { published } = JSON.parse(readFileSync(new URL("published.json", import.meta.url)));
const { rows, tolerance } = published["single-layer"];

/** Every start on a coarse grid, corners and the middle included. */
const STARTS = [-10, -6.2, -2, 0, 1.4, 5, 10].flatMap((a, _, all) => all.flatMap((b) => all.map((c) => [a, b, c])));

test("followed step by step, the hints lead from any start to rows that are all right, with few moves", () => {
  let most = 0;
  for (const start of STARTS) {
    const weights = [...start];
    let [hint, moves, before] = [null, 0, ""];
    for (let k = 0; (hint = hintFor(rows, weights, tolerance, hint)); k++) {
      assert.ok(k < 1000, `${start} never ends, at ${weights}`);
      weights[hint.weight] = onGrid(weights[hint.weight] + (hint.up ? STEP : -STEP));
      const now = `${hint.weight} ${hint.up}`;
      moves += now === before ? 0 : 1;
      before = now;
    }
    most = Math.max(most, moves);
    assert.deepEqual(wrongRows(rows, weights, tolerance), []);
  }
  assert.ok(most <= 15, `${most} moves`);
});

test("a hint names a wrong row, a way that is open, and where to", () => {
  for (const start of STARTS) {
    const hint = hintFor(rows, start, tolerance, null);
    const wrong = wrongRows(rows, start, tolerance);
    assert.equal(hint === null, wrong.length === 0);
    if (!hint) continue;
    assert.ok(wrong.includes(hint.row));
    assert.equal(hint.up, hint.to > start[hint.weight]);
    assert.ok(Math.abs(hint.to) <= LARGEST && hint.to !== start[hint.weight]);
  }
});

test("with all weights 0 every row is wrong, and the first weight has to go up", () => {
  assert.deepEqual(wrongRows(rows, [0, 0, 0], tolerance), Object.keys(rows));
  const { weight, up, row, prediction } = hintFor(rows, [0, 0, 0], tolerance, null);
  assert.deepEqual([weight, up, row, prediction], [0, true, "101", 0.5]);
});

test("a hint stays while it is followed, and goes when the weight is moved the other way past it", () => {
  const hint = hintFor(rows, [0, 0, 0], tolerance, null);
  assert.equal(hintFor(rows, [1, 0, 0], tolerance, hint).to, hint.to);
  assert.notEqual(hintFor(rows, [hint.to, 0, 0], tolerance, hint)?.weight, hint.weight);
});

test("weights that are right need no hint, the trained ones too", () => {
  assert.equal(hintFor(rows, [9.67, -0.21, -4.63], tolerance, null), null);
  assert.equal(hintFor(rows, [4.6, 0, -2.4], tolerance, null), null);
});

test("what a weight can be set to is a multiple of the step, within the limits", () => {
  assert.deepEqual([0.29, -0.11, 12, -12, 4.4].map(onGrid), [0.2, -0.2, 10, -10, 4.4]);
});
