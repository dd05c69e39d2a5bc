/** Numbers and sentences as a person reads them. */

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Training} Training */
/** @typedef {import("./types.js").Preset} Preset */

const SMALL = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** @param {number} n @param {string} noun @returns {string} such as "three switches", "12 rows", "one LED" */
export function count(n, noun) {
  const plural = noun.endsWith("tch") ? `${noun}es` : `${noun}s`;
  return `${SMALL[n] ?? whole(n)} ${n === 1 ? noun : plural}`;
}

/** @param {number} n @returns {string} with a comma between thousands */
export const whole = (n) => n.toLocaleString("en-US");

/** @param {number} value @param {number} [digits] @returns {string} with a true minus */
export const fixed = (value, digits = 2) => value.toFixed(digits).replace("-", "\u2212");

/** @param {number} value @returns {string} with its sign, as weights are written */
export const signed = (value) => (value < 0 ? "" : "+") + fixed(value);

/** @param {number} seconds @returns {string} */
export const duration = (seconds) => (seconds < 1 ? `${(seconds * 1e3).toFixed(seconds < 0.01 ? 1 : 0)} ms` : `${seconds.toFixed(1)} s`);

/** @param {string[]} names @param {number} [most] @returns {string} "a, b and c" or "a, b and 9 more" */
export function list(names, most = 8) {
  if (names.length > most) return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

/** @param {string} text @returns {string} */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @param {string} text @returns {string} what the gate says in a line, as a sentence */
export const sentence = (text) => `${capital(text)}.`;

/** @param {Record<string, string>} meanings @param {string} table @returns {string} what follows its name: what it says, or nothing */
export const meaning = (meanings, table) =>
  !Object.hasOwn(meanings, table) ? "" : (meanings[table].startsWith("as in ") ? ", " : ": ") + meanings[table];

/** A table as one always meets it. @param {Record<string, string>} meanings @param {string} table @returns {string} */
export const named = (meanings, table) => table + meaning(meanings, table);

/** A way to train. @param {Preset} preset @returns {string} such as "plain rule, one start, 1,000 epochs, no bias" */
export const wayToTrain = ({ rule, starts, epochs, bias }) =>
  `${rule} rule, ${count(starts, "start")}, ${count(epochs, "epoch")}, ${bias ? "bias" : "no bias"}`;

/** What one is looking at. @param {State} state @param {boolean} live @returns {string[]} pieces; the second is the table's name */
export function introduction({ board, gate, training, meanings }, live) {
  if (!live && !training.learned) {
    const end = " and did not learn it. The switches and the LEDs belong to the gate, which goes on as before.";
    return ["A replay of a training that failed: it tried ", training.table, meaning(meanings, training.table) + "," + end];
  }
  const neurons = gate.layers.slice(1).reduce((a, b) => a + b);
  const things = `${capital(count(board.inputs.length, "switch"))}, ${count(board.outputs.length, "LED")}`;
  const between = `${things}, and in between a network of ${count(neurons, "neuron")}. Nobody programmed the logic`;
  const rows = Object.keys(gate.rows).length;
  if (!rows) return [`${between}, and no row is taught yet: the table is `, gate.table, "."];
  const given = !training.starts && training.learned;
  const how = given ? ": the network was given weights that keep " : `: the network learned it from the ${count(rows, "row")} of `;
  return [between + how, gate.table, `${meaning(meanings, gate.table)}.`];
}

/** What one can do here. @param {import("./types.js").Board} board @returns {string} */
export function hint({ kind, writable }) {
  if (kind === "gpio") return "A real board: flip its switches, and watch it think here.";
  return writable
    ? "A simulated board: click the switches, or press the keys with their numbers."
    : "A simulated board on another machine: its switches can be flipped only there. Watch it think here.";
}

/** How a training went; the gate's own words stand elsewhere. @param {Training} training @returns {string} */
export function history(training) {
  const untouched = !training.starts && training.snapshots.flat(3).every((weight) => weight === 0);
  if (untouched) return "Nothing is learned yet: all weights are 0.";
  if (!training.starts) return "The weights were given, not trained: there is nothing to replay.";
  if (training.learned && !training.epochs) return "Every row was right before the first epoch: the network had nothing to learn.";
  const many = training.starts > 1;
  const rule = training.rule === "plain" ? `the plain rule at rate ${training.learning_rate}` : "the resilient rule";
  const how = `${rule}, ${training.bias ? "with" : "without"} bias, seed ${whole(training.seed)}`;
  const starts = capital(count(training.starts, "random start")) + (many ? " side by side" : "");
  const earlier = training.attempts - 1;
  const stuck = earlier ? ` ${capital(count(earlier, "earlier batch"))} got stuck and made way.` : "";
  const epochs = `${count(training.epochs, "epoch")}, ${duration(training.duration_s)}`;
  if (!training.learned) {
    const wrong = training.not_learned;
    const rows = `${wrong.length === 1 ? "row" : "rows"} ${list(wrong)} ${wrong.length === 1 ? "was" : "were"}`;
    return `${starts}, ${how}: after ${epochs}, ${rows} still wrong or undecided.`;
  }
  const who = many ? `Start ${training.winner + 1} had every row right first, after` : "It had every row right after";
  const faint = training.starts > 2 ? "lines are the others" : "line is the other";
  const rest = many ? ` The faint ${faint}: one start alone may be slow, or stuck for good.` : "";
  return `${starts}, ${how}. ${who} ${epochs}.${rest}${stuck}`;
}
