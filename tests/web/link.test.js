/** A table and its settings as a link: made, read, and refused where it asks for what cannot be. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { linkOf, readLink } from "../../pigate/web/static/link.js";

const STATE = {
  board: { inputs: [17, 27, 22], outputs: [18] },
  tables: ["xor", "parity"],
  form: {
    presets: { pigate: { rule: "resilient", learning_rate: 1, starts: 4, bias: true, epochs: 10_000 } },
    limits: {
      seed: { min: 0, max: 2 ** 53 - 1 },
      starts: { min: 1, max: 64 },
      epochs: { min: 1, max: 20_000 },
      learning_rate: { min: 0.001, max: 1000 },
    },
    hidden: { layers: 4, min: 1, max: 64 },
  },
};
const USUAL = { table: "10010110", hidden: [4], rule: "resilient", learning_rate: 1, seed: 1, starts: 4, bias: true, epochs: 10_000 };

test("a link says the table and the layers, and else only what is not as usual", () => {
  assert.equal(linkOf(USUAL, STATE), "#table=10010110&hidden=4");
  assert.equal(linkOf({ ...USUAL, table: "xor", hidden: [], seed: 7, bias: false }, STATE), "#table=xor&hidden=none&seed=7&bias=no");
  assert.equal(linkOf({ ...USUAL, learning_rate: 3 }, STATE), linkOf(USUAL, STATE)); // the resilient rule has no rate
});

test("what is read from a link is what it was made of, for any settings", () => {
  let seed = 1;
  const random = (n) => (seed = (seed * 16807) % 2147483647) % n;
  for (let k = 0; k < 500; k++) {
    const rule = ["resilient", "plain"][random(2)];
    const settings = {
      table: ["xor", "parity", "00010111", "1--10-0-"][random(4)],
      hidden: Array.from({ length: random(5) }, () => 1 + random(64)),
      rule,
      learning_rate: rule === "plain" ? [0.001, 0.3, 1, 1000][random(4)] : 1,
      seed: random(2) ? random(1000) : 2 ** 53 - 1,
      starts: 1 + random(64),
      bias: random(2) === 0,
      epochs: 1 + random(20_000),
    };
    assert.deepEqual(readLink(linkOf(settings, STATE), STATE), settings);
  }
});

test("a link without a table is none, whatever else it says", () => {
  for (const hash of ["", "#", "#hidden=4", "#rows", "#%E0%A4%A"]) assert.equal(readLink(hash, STATE), null);
});

test("what a link leaves out is as usual", () => {
  assert.deepEqual(readLink("#table=10010110", STATE), USUAL);
  assert.deepEqual(readLink("#table=10010110&theme=dark", STATE), USUAL);
});

test("a link that asks for what cannot be is told what is wrong", () => {
  for (const table of ["", "1001", "100101100", "1001011x", "--------", "full-adder", "constructor", "<b>xor</b>"]) {
    assert.equal(readLink(`#table=${encodeURIComponent(table)}`, STATE), "its table does not fit this board");
  }
  const wrong = [
    ["hidden=65", "hidden: up to 4 layers"], ["hidden=0", "hidden"], ["hidden=4,", "hidden"], ["hidden=1,1,1,1,1", "hidden"], ["hidden=x", "hidden"],
    ["hidden=", "hidden"], ["seed=-1", "seed: from 0"], ["seed=1.5", "seed"], ["seed=9007199254740993", "seed"], ["seed=", "seed"], ["starts=65", "starts"],
    ["epochs=1e9", "epochs"], ["learning_rate=0", "learning_rate"], ["learning_rate=NaN", "learning_rate"], ["rule=fast", "rule"], ["bias=1", "bias"],
  ];
  for (const [part, start] of wrong) {
    const said = readLink(`#table=xor&${part}`, STATE);
    assert.ok(typeof said === "string" && said.startsWith(start), `${part}: ${JSON.stringify(said)}`);
  }
  const two = { ...STATE, board: { ...STATE.board, outputs: [18, 23] } };
  assert.equal(readLink("#table=10010110", two), "its table does not fit this board");
});
