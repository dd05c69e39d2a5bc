/** Numbers and sentences as a person reads them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { capital, count, duration, fixed, history, introduction, list, named, signed, wayToTrain } from "../../pigate/web/static/words.js";

const TRAINED = {
  starts: 4, attempts: 1, epochs: 14, rule: "resilient", learning_rate: 1, bias: true, seed: 1, duration_s: 0.0017,
  learned: true, not_learned: [], winner: 2,
};

test("counts are words up to nine, then numbers with commas, and have their plural", () => {
  assert.deepEqual([0, 1, 3, 12, 10_000].map((n) => count(n, "switch")), ["no switches", "one switch", "three switches", "12 switches", "10,000 switches"]);
  assert.equal(count(1, "LED"), "one LED");
  assert.equal(count(2, "row"), "two rows");
});

test("numbers have a true minus, and weights their sign", () => {
  assert.equal(fixed(-1.005, 1), "\u22121.0");
  assert.equal(signed(0), "+0.00");
  assert.equal(signed(-2.5), "\u22122.50");
});

test("durations are in milliseconds below a second", () => {
  assert.deepEqual([0.0017, 0.05, 0.9994, 1.25].map(duration), ["1.7 ms", "50 ms", "999 ms", "1.3 s"]);
});

test("lists end in 'and', and long ones in how many more there are", () => {
  assert.deepEqual([list([]), list(["a"]), list(["a", "b"]), list(["a", "b", "c"])], ["", "a", "a and b", "a, b and c"]);
  assert.equal(list(["a", "b", "c", "d"], 2), "a, b and 2 more");
  assert.equal(capital(list(["one"])), "One");
});

test("a table is met with what the gate says of it; one that the gate does not know, by its name alone", () => {
  assert.equal(named({ and: "1 when all inputs are 1" }, "and"), "and: 1 when all inputs are 1");
  const xor = "as in the article: 1 when all inputs agree";
  assert.equal(named({ xor }, "xor"), "xor, as in the article: 1 when all inputs agree");
  assert.equal(named({}, "10010110"), "10010110");
  assert.equal(named({}, "constructor"), "constructor");
});

test("a way to train names rule, starts, epochs and bias", () => {
  const way = { rule: "plain", starts: 1, epochs: 1000, bias: false, learning_rate: 1 };
  assert.equal(wayToTrain(way), "plain rule, one start, 1,000 epochs, no bias");
});

test("the introduction counts what there is, and says how the network came to its weights", () => {
  const board = { inputs: [17, 27, 22], outputs: [18] };
  const gate = { table: "xor", rows: { "000": "1", "001": "0" }, layers: [3, 4, 1] };
  const state = { board, gate, training: TRAINED, meanings: { xor: "1 when all agree" } };
  assert.equal(
    introduction(state, true).join(""),
    "Three switches, one LED, and in between a network of five neurons. Nobody programmed the logic: the network learned it " +
      "from the two rows of xor: 1 when all agree.",
  );
  const given = introduction({ ...state, training: { ...TRAINED, starts: 0 } }, true).join("");
  assert.match(given, /was given weights that keep xor: 1 when all agree\.$/);
  const blank = introduction({ ...state, gate: { ...gate, table: "blank", rows: {} }, training: { ...TRAINED, starts: 0 } }, true).join("");
  assert.match(blank, /Nobody programmed the logic, and no row is taught yet: the table is blank\.$/);
  assert.doesNotMatch(blank, /given/);
  const failed = introduction({ ...state, training: { ...TRAINED, learned: false, table: "or" } }, false).join("");
  assert.match(failed, /^A replay of a training that failed: it tried or, and did not learn it\./);
});

test("a history names the winner, and earlier attempts that were stuck", () => {
  const text = history({ ...TRAINED, attempts: 3 });
  assert.match(text, /^Four random starts side by side, the resilient rule, with bias, seed 1\. Start 3 had every row right first, after 14 epochs, 1\.7 ms\./);
  assert.match(text, /Two earlier batches got stuck and made way\.$/);
  assert.match(history({ ...TRAINED, starts: 1, winner: 0, rule: "plain" }), /^One random start, the plain rule at rate 1, .* It had every row right after/);
});

test("without a row nothing is learned; given weights were not trained", () => {
  assert.match(history({ ...TRAINED, starts: 0, snapshots: [[[[0], [0]], [[0]]]] }), /^Nothing is learned yet/);
  assert.match(history({ ...TRAINED, starts: 0, snapshots: [[[[0], [0]], [[-1]]]] }), /^The weights were given/);
  assert.match(history({ ...TRAINED, epochs: 0 }), /^Every row was right before the first epoch/);
});

test("the history of a failure names the rows, and says nothing of the gate", () => {
  const failed = { ...TRAINED, learned: false, not_learned: ["011", "101"] };
  assert.match(history(failed), /rows 011 and 101 were still wrong or undecided\.$/);
  assert.match(history({ ...failed, not_learned: ["011"] }), /row 011 was still wrong/);
  assert.doesNotMatch(history(failed), /gate/);
});
