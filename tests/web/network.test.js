/** The page's arithmetic without a browser; that it is the gate's is tested in test_drawing.py. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { biases, decide, everyLevels, forward, sigmoid, strongest, targetsOf } from "../../pigate/web/static/network.js";

const near = (actual, expected) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} is not ${expected}`);

test("the sigmoid is a half at 0, symmetric, and does not overflow", () => {
  assert.equal(sigmoid(0), 0.5);
  near(sigmoid(3) + sigmoid(-3), 1);
  near(sigmoid(1), 1 / (1 + Math.exp(-1)));
  assert.equal(sigmoid(1e308), 1);
  assert.equal(sigmoid(-1e308), 0);
});

test("a bias row is the one beyond the layer's inputs", () => {
  const weights = [[[1], [2], [-4]], [[3]]];
  assert.deepEqual(biases([2, 1, 1], weights), [true, false]);
  const [inputs, hidden, output] = forward(weights, "10");
  assert.deepEqual(inputs, [1, 0]);
  near(hidden[0], sigmoid(1 - 4));
  near(output[0], sigmoid(3 * hidden[0]));
});

test("an unknown level counts as a half", () => {
  assert.deepEqual(forward([[[1], [2]]], "1?")[0], [1, 0.5]);
});

test("what lies on the tolerance is undecided", () => {
  assert.deepEqual([0.91, 0.9, 0.5, 0.1, 0.09].map((p) => decide(p, 0.1)), ["on", "undecided", "undecided", "undecided", "off"]);
  assert.equal(decide(NaN, 0.1), "undecided");
  assert.equal(targetsOf(["on", "undecided", "off"]), "1?0");
});

test("levels come in counting order, all of one width", () => {
  assert.deepEqual(everyLevels(2), ["00", "01", "10", "11"]);
  assert.equal(everyLevels(8).length, 256);
  assert.ok(everyLevels(8).every((levels) => levels.length === 8));
});

test("the strongest weights are as many as asked for, and small layers keep all of theirs", () => {
  const wide = Array.from({ length: 10 }, (_, i) => Array.from({ length: 10 }, (_, j) => (i * 10 + j) * (j % 2 ? 1 : -1)));
  const small = [[0.001], [0.002]];
  const kept = strongest([wide, small], 12);
  assert.equal(kept.length, 12);
  assert.equal(kept.filter(({ layer }) => layer === 1).length, 2);
  const sizes = kept.filter(({ layer }) => layer === 0).map(({ size }) => size);
  assert.deepEqual(sizes, [99, 98, 97, 96, 95, 94, 93, 92, 91, 90]);
  assert.equal(strongest([wide, small], 1000).length, 102);
});
