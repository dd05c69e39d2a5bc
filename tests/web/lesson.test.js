/** The words of the lesson: short sentences, nothing unexplained, no hole left open; and how they are put in. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { END, fill, FRAME, IN_PRINT, LEFT_OUT, MEANS, STAGE, STEPS } from "../../pigate/web/static/lesson/words.js";

const MOST_WORDS = 20;

/** Words of the trade: each is explained, as *word*, where it is first used. */
const TRADE = [
  "neuron", "weight", "LED", "sigmoid", "undecided", "table", "row", "target", "error", "slope", "push", "epoch", "helper", "hidden",
  "network", "start", "seed", "proved", "tolerance", "loss", "bias",
];

/** Words that only somebody of the trade would use, and that the lesson does without. */
const UNEXPLAINED = ["activation", "backpropagation", "gradient", "GPIO", "logarithm", "parameter", "input", "output", "layer", "random", "derivative"];

const texts = (words) => (typeof words === "string" ? [words] : typeof words === "object" ? Object.values(words).flatMap(texts) : []);
const all = [FRAME, STAGE, MEANS, END, STEPS, LEFT_OUT, IN_PRINT].flatMap(texts);

/** A step as it is read, from the top. */
const read = ({ intro, guess, doing, seen, why }) => [...intro, guess.question, ...guess.options, doing, seen, why];

test("no sentence has more than twenty words", () => {
  for (const text of all) {
    for (const sentence of text.split(/(?<=[.!?])\s+/)) {
      const words = sentence.split(/\s+/).filter((word) => /\p{L}|\d/u.test(word));
      assert.ok(words.length <= MOST_WORDS, `${words.length} words: ${sentence}`);
    }
  }
});

test("every word of the trade is explained where it is first read, and only there", () => {
  const whole = STEPS.flatMap(read).join("\n");
  for (const word of TRADE) {
    const first = whole.search(new RegExp(`\\b${word}`));
    assert.notEqual(first, -1, `${word} is not used`);
    assert.equal(whole[first - 1], "*", `${word} is used before it is explained: ${whole.slice(first - 40, first + 20)}`);
    assert.equal(whole.match(new RegExp(`\\*${word}`, "g")).length, 1, word);
  }
  for (const explained of whole.match(/\*[^*]+\*/g)) assert.ok(TRADE.some((word) => explained.includes(word)), explained);
});

test("the lesson does without words that it does not explain", () => {
  for (const text of all) for (const word of UNEXPLAINED) assert.doesNotMatch(text, new RegExp(`\\b${word}`, "i"));
});

test("a button that is named has that name", () => {
  const names = [...Object.values(MEANS).filter((name) => typeof name === "string"), ...[1000, 100_000].map((n) => fill(MEANS.epochs, { n: n.toLocaleString("en-US") }))];
  for (const text of all) for (const [, name] of text.matchAll(/\[([^\]]+)\]/g)) assert.ok(names.includes(name), name);
});

test("there are seven steps, each with a guess that one option answers", () => {
  assert.equal(STEPS.length, 7);
  for (const { guess } of STEPS) {
    assert.equal(guess.options.length, 3);
    assert.ok(guess.options[guess.answer]);
    assert.match(guess.question, /\?$/);
  }
});

test("values are put into their holes, and a hole without a value stays to be seen", () => {
  assert.equal(fill("{a} and {b} and {a}", { a: 1, b: "two" }), "1 and two and 1");
  assert.equal(fill("{a} {b}", { a: 0 }), "0 {b}");
});

test("all words stand in one file: no other script of the lesson has a sentence", () => {
  const folder = new URL("../../pigate/web/static/lesson/", import.meta.url);
  for (const name of readdirSync(folder).filter((file) => file !== "words.js")) {
    const code = readFileSync(new URL(name, folder), "utf8").replace(/\/\*[^]*?\*\//g, "").replace(/\/\/.*$/gm, "");
    for (const [, text] of code.matchAll(/["`]([^"`\n]*)["`]/g)) assert.doesNotMatch(text, /[a-z]+ [a-z]+ [a-z]+/, `${name}: ${text}`);
  }
});
