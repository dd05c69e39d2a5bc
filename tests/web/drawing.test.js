/** What is drawn and where: the layout, what is on show, a row's verdict, the neurons' names. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { nameOf } from "../../pigate/web/static/formula.js";
import { isNarrow, layout } from "../../pigate/web/static/layout.js";
import { answerOf } from "../../pigate/web/static/row.js";
import { settle, subjectOf } from "../../pigate/web/static/subject.js";

const SIZES = [[1, 1], [3, 4, 1], [8, 64, 64, 64, 64, 8], [2, 64, 1], [8, 8]];

test("every neuron and bias stands inside the picture, apart from its neighbours", () => {
  for (const layers of SIZES) for (const room of [300, 900]) for (const unit of [1, 1.5]) {
    const biased = layers.slice(1).map(() => true);
    const { width, height, places, radii } = layout(layers, biased, room, isNarrow(room, unit), unit);
    assert.deepEqual(places.map((layer) => layer.length), layers.map((n, l) => n + (l < layers.length - 1 ? 1 : 0)));
    places.forEach((layer, l) => layer.forEach(({ x, y }, i) => {
      const r = radii[l];
      assert.ok(x - r >= 0 && x + r <= width && y - r >= 0 && y + r <= height, `${layers} ${room} ${unit}: ${x} ${y} ${r}`);
      const next = layer[i + 1];
      if (next) assert.ok(Math.hypot(next.x - x, next.y - y) >= 2 * r || r === 2);
    }));
  }
});

test("where the screen is low, the picture is as low as asked for, down to what its parts need", () => {
  for (const layers of [[3, 4, 1], [8, 16, 1], [8, 64, 8]]) {
    const biased = layers.slice(1).map(() => true);
    const usual = layout(layers, biased, 900, false, 1).height;
    assert.ok(usual > 445, `${layers}: ${usual}`);
    assert.ok(layout(layers, biased, 900, false, 1, 445).height <= 445, `${layers}`);
    assert.equal(layout(layers, biased, 900, false, 1, 2000).height, usual);
    assert.ok(layout(layers, biased, 900, false, 1, 10).height > 200);
  }
  const phone = [3, 4, 1];
  assert.equal(layout(phone, [true, true], 358, true, 1, 250).height, 250);
});

test("layers follow one another along the picture: to the right, or downwards where it is narrow", () => {
  for (const downwards of [false, true]) {
    const { places } = layout([3, 4, 1], [true, true], 500, downwards, 1);
    const along = places.map(([{ x, y }]) => (downwards ? y : x));
    assert.deepEqual(along, [...along].sort((a, b) => a - b));
  }
});

const state = () => {
  const weights = [[[1.5], [-2]]];
  const training = { learned: true, table: "and", snapshots: [[[[0], [0]]], [[[1.5], [-2]]]] };
  return { gate: { table: "and", weights }, training, busy: false, output_names: {} };
};

test("where a new state says the same, the old gate and training stay, so that nothing is drawn anew", () => {
  const old = settle(null, state());
  const same = settle(old, { ...state(), busy: true });
  assert.equal(same.gate, old.gate);
  assert.equal(same.training, old.training);
  assert.equal(same.busy, true);
  const other = state();
  other.gate.weights = [[[9], [9]]];
  assert.notEqual(settle(old, other).gate, old.gate);
});

test("a training that became the gate shares the gate's weights", () => {
  const { gate, training } = settle(null, state());
  assert.equal(training.snapshots[1], gate.weights);
  const failed = state();
  failed.training.learned = false;
  const settled = settle(null, failed);
  assert.notEqual(settled.training.snapshots[1], settled.gate.weights);
});

test("on show is the gate, or a training at a moment, whose widths are scaled by its last weights", () => {
  const settled = settle(null, state());
  const live = subjectOf(settled, null);
  assert.deepEqual([live.live, live.weights, live.learned], [true, settled.gate.weights, settled.gate.weights]);
  const first = subjectOf(settled, 0);
  assert.deepEqual([first.live, first.weights, first.learned], [false, [[[0], [0]]], settled.gate.weights]);
});

test("a row is right when every output is decided as taught; one that is not taught is never wrong or right", () => {
  const subject = { weights: [[[20], [-10]]], tolerance: 0.1, rows: { 1: "1", 0: "1" } };
  assert.deepEqual(answerOf(subject, "1").decisions, ["on"]);
  assert.equal(answerOf(subject, "1").right, true);
  assert.equal(answerOf(subject, "0").right, false);
  assert.deepEqual(answerOf({ ...subject, rows: {} }, "0").targets, undefined);
  assert.equal(answerOf({ ...subject, rows: {} }, "0").right, false);
});

test("a row shows the gate's own prediction where there is one: weights are rounded, and it may lie at the tolerance", () => {
  const subject = { weights: [[[2.1972]]], tolerance: 0.1, rows: { 1: "1" }, predictions: { 1: [0.90000001] } };
  assert.equal(answerOf({ ...subject, predictions: null }, "1").right, false);
  assert.equal(answerOf(subject, "1").right, true);
  const training = { ...state().training, predictions: { "00": [0.5] } };
  const shown = { ...state(), gate: { ...state().gate, predictions: { "00": [0.25] } }, training };
  assert.deepEqual([null, 0, 1].map((moment) => subjectOf(shown, moment).predictions), [{ "00": [0.25] }, null, { "00": [0.5] }]);
});

test("neurons are named by their layer, and numbered where there are several", () => {
  assert.equal(nameOf([3, 4, 1], { layer: 0, index: 2 }), "input 3");
  assert.equal(nameOf([3, 4, 1], { layer: 1, index: 0 }), "hidden 1");
  assert.equal(nameOf([3, 4, 4, 1], { layer: 2, index: 1 }), "hidden 2.2");
  assert.equal(nameOf([3, 4, 1], { layer: 2, index: 0 }), "output");
  assert.equal(nameOf([3, 2], { layer: 1, index: 1 }), "output 2");
  assert.equal(nameOf([3, 4, 1], { layer: 1, index: 4 }), "bias of layer 2");
  assert.equal(nameOf([3, 1], { layer: 0, index: 3 }), "bias");
});
