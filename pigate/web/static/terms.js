/** The words that the page explains, each in one plain sentence. */

/** @typedef {keyof typeof TERMS} Term */

export const TERMS = {
  sigmoid: "The sigmoid squeezes any sum into 0 to 1: a large sum comes near 1, a negative one near 0.",
  weight: "A weight says how strongly one neuron pushes the next: a positive one towards 1, a negative one towards 0.",
  bias: "A bias is a push that a neuron always gets, whatever the switches say.",
  activation: "An activation is what a neuron passes on: a number from 0 to 1.",
  epoch: "In one epoch the network looks at every row once, and then changes its weights a little.",
  loss: "The loss says how wrong the network is, over all rows together: 0 is perfect.",
  start: "A start is one set of random weights to begin with: some lead to the goal quickly, some never.",
  seed: "The seed chooses the random weights: the same seed always gives the same ones.",
  rule: "The rule says how far each weight moves in an epoch: plain is the article\u2019s, resilient is quicker.",
};

const WORDS = /\b(sigmoid|weight|bias|activation|epoch|loss|start|seed|rule)(?:s|es)?\b/gi;

/**
 * Cut a text at the terms in it, each where it comes first.
 * @param {string} text @returns {[string, Term | null][]} pieces, and which term each is
 */
export function pieces(text) {
  /** @type {[string, Term | null][]} */
  const found = [];
  const met = new Set();
  let from = 0;
  for (const match of text.matchAll(WORDS)) {
    const term = /** @type {Term} */ (match[1].toLowerCase());
    if (met.has(term)) continue;
    met.add(term);
    if (match.index > from) found.push([text.slice(from, match.index), null]);
    found.push([match[0], term]);
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push([text.slice(from), null]);
  return found;
}
