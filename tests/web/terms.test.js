/** The words that the page explains, and the replay's clock. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { momentInWords, stepMs } from "../../pigate/web/static/replay.js";
import { pieces, TERMS } from "../../pigate/web/static/terms.js";

test("each term is one plain sentence of at most 20 words", () => {
  for (const word of ["sigmoid", "weight", "bias", "epoch", "loss", "start", "seed", "rule"]) assert.ok(TERMS[word], word);
  for (const [word, text] of Object.entries(TERMS)) {
    assert.match(text, /^[A-Z][^.]*\.$/, word);
    assert.ok(text.split(/\s+/).length <= 20, `${word}: ${text.split(/\s+/).length} words`);
  }
});

test("a text is cut at its terms, each where it comes first, and loses nothing", () => {
  const text = "Four random starts, the plain rule, seed 1. Start 3 had no losses; started anew, lossless, all weights unbiased.";
  const cut = pieces(text);
  assert.equal(cut.map(([piece]) => piece).join(""), text);
  assert.deepEqual(cut.filter(([, term]) => term), [["starts", "start"], ["rule", "rule"], ["seed", "seed"], ["losses", "loss"], ["weights", "weight"]]);
  assert.deepEqual(pieces("nothing here"), [["nothing here", null]]);
  assert.deepEqual(pieces(""), []);
});

test("a replay takes at most seven seconds at its usual speed, and shows no snapshot for longer than a quarter of one", () => {
  for (const last of [1, 9, 28, 197, 255]) {
    assert.ok(stepMs(last, 1) * last <= 7000 + 1e-9);
    assert.ok(stepMs(last, 1) <= 250);
    assert.equal(stepMs(last, 0.25), 4 * stepMs(last, 1));
  }
  assert.equal(stepMs(0, 1), 250);
});

test("a moment has thousands apart", () => {
  assert.equal(momentInWords({ snapshot_epochs: [0, 1500, 20_000] }, 1), "epoch 1,500 of 20,000");
});
