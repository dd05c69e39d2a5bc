/** The lesson's backpropagation without a browser, held to `pigate reproduce --json`. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { asPrinted, descend, makeLearner, momentsOf } from "../../pigate/web/static/lesson/learning.js";
import { forward } from "../../pigate/web/static/network.js";

const { published, reproduced, inside_rule: insideRule } = JSON.parse(readFileSync(new URL("published.json", import.meta.url)));

const outcome = ({ starts, ...program }, seed = "1") => descend({ ...program, weights: starts[seed] });
const says = (weights, levels) => forward(weights, levels).at(-1)[0];

for (const [name, program] of Object.entries(published)) {
  test(`${name}: every row is the one that pigate reproduces, digit for digit as printed`, () => {
    const course = outcome(program);
    assert.equal(course.moments.at(-1), program.epochs);
    for (const [levels, [prediction]] of Object.entries(reproduced[name].predictions)) {
      assert.equal(asPrinted(says(course.weights.at(-1), levels)), asPrinted(prediction), levels);
    }
    assert.equal(asPrinted(course.losses.at(-1)), asPrinted(reproduced[name].loss));
  });
}

test("the articles' own digits come out where they were seeded", () => {
  for (const name of ["single-layer", "multi-layer"]) {
    const weights = outcome(published[name]).weights.at(-1);
    const shown = Object.fromEntries(Object.keys(published[name].printed).map((levels) => [levels, asPrinted(says(weights, levels))]));
    assert.deepEqual(shown, published[name].printed);
  }
});

test("of the ten starts the same ones end inside the article's rule", () => {
  const rule = published["xor-gate"];
  const ended = Object.keys(rule.starts).map((seed) => {
    const weights = outcome(rule, seed).weights.at(-1);
    return [seed, Object.entries(rule.rows).every(([levels, target]) => Math.abs(says(weights, levels) - target) < rule.tolerance)];
  });
  assert.deepEqual(Object.fromEntries(ended), insideRule);
});

test("a push is what follows from error and slope, and updates add it to the weight", () => {
  const { rows, starts } = published["single-layer"];
  const learner = makeLearner(rows, starts["1"], 1);
  learner.pass();
  const answers = learner.answers();
  const before = learner.weights();
  const pushes = learner.pushes();
  for (const { levels, target, prediction, error, slope } of answers) {
    assert.equal(prediction, says(before, levels));
    assert.equal(error, target - prediction);
    assert.equal(slope, prediction * (1 - prediction));
  }
  before[0].forEach(([weight], i) => {
    const sum = answers.reduce((total, { levels, error, slope }) => total + Number(levels[i]) * error * slope, 0);
    assert.ok(Math.abs(pushes[0][i][0] - sum) < 1e-15);
    learner.update();
    assert.ok(Math.abs(learner.weights()[0][i][0] - weight - (i + 1) * pushes[0][i][0]) < 1e-12);
  });
});

test("the pushes of two layers are downhill: the slope of the loss, measured", () => {
  const { rows, starts } = published["xor-gate"];
  const [start, tiny] = [starts["2"], 1e-6];
  const loss = (weights) => makeLearner(rows, weights, 1).pass();
  const learner = makeLearner(rows, start, 1);
  learner.pass();
  learner.pushes().forEach((matrix, l) => matrix.forEach((row, i) => row.forEach((push, j) => {
    const [up, down] = [tiny, -tiny].map((by) => {
      const moved = structuredClone(start);
      moved[l][i][j] += by;
      return loss(moved);
    });
    const measured = (-(up - down) / (2 * tiny)) * (Object.keys(rows).length / 2);
    assert.ok(Math.abs(push - measured) < 1e-6, `${l} ${i} ${j}: ${push} ${measured}`);
  })));
});

test("training in two parts is the same as in one", () => {
  const { starts, ...program } = published["single-layer"];
  const half = descend({ ...program, weights: starts["1"], epochs: 4000, last_update: true });
  const rest = descend({ ...program, weights: half.weights.at(-1), epochs: program.epochs - 4000 });
  assert.deepEqual(rest.weights.at(-1), outcome(published["single-layer"]).weights.at(-1));
});

test("a training that stops when it is proved stops at the first epoch with every row inside", () => {
  const { starts, ...program } = published["xor-gate"];
  const whole = descend({ ...program, weights: starts["2"] });
  const stopped = descend({ ...program, weights: starts["2"], until_proved: true });
  assert.equal(stopped.moments.at(-1), whole.proved);
  const short = descend({ ...program, weights: starts["2"], epochs: whole.proved - 1 });
  assert.equal(short.proved, null);
  assert.equal(descend({ ...program, weights: starts["1"], until_proved: true }).proved, null);
});

test("moments run from 0 to the last epoch, each once, the first few one by one", () => {
  for (const epochs of [0, 1, 5, 1000, 60_000]) {
    const moments = momentsOf(epochs);
    assert.deepEqual([moments[0], moments.at(-1)], [0, epochs]);
    assert.deepEqual(moments, [...new Set(moments)].sort((a, b) => a - b));
    assert.ok(moments.length <= 123);
  }
  assert.deepEqual(momentsOf(1000).slice(0, 3), [0, 1, 2]);
});
