/** What clicks make of a row's targets. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { next, NOT_TAUGHT, opposite } from "../../pigate/web/static/correction.js";

test("a click leads from 1 to 0, to not taught, to 1", () => {
  assert.equal(next("1", ["on"], 0), "0");
  assert.equal(next("0", ["off"], 0), NOT_TAUGHT);
  for (const guess of ["on", "off", "undecided"]) assert.equal(next(undefined, [guess], 0), "1");
});

test("of several outputs one is changed; a row is left out, and taught, as a whole", () => {
  assert.equal(next("011", ["off", "on", "on"], 1), "001");
  assert.equal(next("011", ["off", "on", "on"], 0), NOT_TAUGHT);
  assert.equal(next(undefined, ["on", "off", "undecided"], 1), "110");
});

test("what is wrong is turned over, what is undecided becomes 1, and the other outputs are taught as they are shown", () => {
  assert.equal(opposite("1", ["on"], 0), "0");
  assert.equal(opposite("0", ["off"], 0), "1");
  assert.equal(opposite(undefined, ["on"], 0), "0");
  assert.equal(opposite(undefined, ["off"], 0), "1");
  assert.equal(opposite(undefined, ["undecided"], 0), "1");
  assert.equal(opposite("01", ["off", "on"], 1), "00");
  assert.equal(opposite(undefined, ["on", "undecided"], 0), "00");
});
