/**
 * All words of the lesson, so that it can be translated here.
 *
 * `*word*` explains a word where it is first used, `[Run]` is a button's name, `{n}` is put in by the lesson. No
 * sentence has more than twenty words, and no word of the trade is used before it is explained: a test holds to both.
 */

/**
 * @typedef {object} StepWords
 * @property {string} title
 * @property {string[]} intro
 * @property {{question: string, options: string[], answer: number}} guess `answer` counts from 0
 * @property {string} doing
 * @property {string} seen what was seen, with its numbers
 * @property {string} why
 */

export const FRAME = {
  name: "The lesson",
  title: "{step} \u00b7 the lesson \u00b7 pigate",
  steps: "Steps of the lesson",
  count: "Step {n} of {all}",
  to: "Step {n}: {title}",
  live: "Live page",
  labels: { guess: "Guess", doing: "Do", seen: "See", why: "Why" },
  lock: "Guess first. Then it moves.",
  guessed: "You guessed: {guess}",
  right: "You guessed right.",
  wrong: "You guessed: {guess}. It turned out otherwise.",
  unguessed: "no guess",
  back: "Back",
  next: "Next",
  end: "Sum up",
  problem: "The lesson cannot be loaded. Is pigate still running?",
  lost: "No connection to pigate. The lesson goes on with drawn switches.",
};

export const STAGE = {
  stage: "What you see",
  drawing: "The drawing. Arrow keys go from one round to the next.",
  switches: "Switches",
  oneSwitch: "Switch {n}",
  lamp: "LED",
  formula: "The sum, with its numbers",
  weight: "weight {n}",
  names: { output: "answer", hidden: "helper", input: "switch" },
  board: "Flip the switches on the board. The LED on this page shows what the lesson says.",
  page: "Flip the switches: click them, or press 1, 2 and 3.",
  drawn: "These switches are drawn. Click them, or press 1, 2 and 3.",
  rows: "The rows, what they should be, and what they are",
  columns: { levels: "Row", target: "Target", answer: "Answer", helpers: "Helpers", verdict: "Right?" },
  verdicts: { right: "right", wrong: "wrong", open: "not taught" },
  set: "Set the switches to {row}",
  score: "{right} of {all} rows right",
  now: "{row}: the answer is {answer}. {verdict}",
  outside: "Row {row} is not in the table. Nobody says what the LED should do there.",
  nothing: "All switches are off, so the sum is 0. The squeeze makes 0.5 of it, and the LED blinks.",
};

export const MEANS = {
  step: "Step",
  run: "Run",
  more: "Run again",
  again: "The same start again",
  race: "Race",
  four: "Four at once",
  zero: "All weights to 0",
  tolerance: "Tolerance",
  teach: "Teach",
  cancel: "Cancel",
  restart: "Forget it all and start again",
  epochs: "{n} epochs",
  epoch: "epoch {n}",
  busy: "It learns\u2026",
  hint: "Hint: row {row} should be {target} and is {answer}. Move weight {n} {way}, to about {to}.",
  ways: { up: "up", down: "down" },
  push: "push on weight {n}",
  pushed: { levels: "Row", error: "Error", slope: "Slope", push: "Error \u00d7 slope" },
  print: { levels: "Row", here: "Here", print: "In print" },
  line: "The four ways to set switches 1 and 2. A full dot is a 1. One straight line cannot part full from empty.",
  start: "start {n}",
  count: "{right} of 8",
  losses: "How wrong each start is, from the first epoch to the last. Down is better.",
  loss: "Loss, from the first epoch to the last. It falls fast at first, then slowly.",
  board: "This board starts several times, too: of {starts} starts, start {winner} was proved first, after {epochs} epochs.",
  aim: "Row {row}: {target}. Press to change it.",
  aims: { 0: "target 0", 1: "target 1", "-": "not taught" },
  untaught: "Leave at least one row in.",
  failed: "It did not learn these rows, so the old ones still count. Press [Teach] again for other starts.",
  here: "A board may not be taught from here. So a network in your browser learns, and your LED is the one on this page.",
  beside: "A network in your browser learns, and your LED is the one on this page. Then you can put it on the board.",
  wrong: "This is wrong",
  works: "The board works by this table now. After a restart it works as before.",
};

/** "Put it on the board", at the end of a step, where one may teach the board. */
export const PUT = {
  put: "Put it on the board",
  done: "It is on the board, which works by this very network now. After a restart it works as before.",
  busy: "The board is learning something. Try again in a moment.",
  unproved: "The board asked every row, and not all answers were right. So it keeps its own network.",
};

export const END = {
  title: "What you guessed, and what you saw",
  columns: { step: "Step", guess: "You guessed", seen: "You saw" },
  unseen: "not seen yet",
  sum: "You guessed {right} of {all} right.",
  last: "A wrong guess is worth as much as a right one: you looked, and now you know.",
};

/** @type {StepWords[]} */
export const STEPS = [
  {
    title: "One neuron, by hand",
    intro: [
      "This round thing is a *neuron*. It looks at three switches and lights an *LED*, a small lamp.",
      "Each switch has a *weight*, a number. The neuron adds up the weights of the switches that are on.",
      "Then it squeezes the sum to a number from 0 to 1. The squeeze is called *sigmoid*.",
      "Above 0.9 the LED is on. Below 0.1 it is off. In between it blinks: it is *undecided*.",
      "The *table* says what we want. In its *row* 101, switches 1 and 3 are on. Its *target* is 1: LED on.",
    ],
    guess: { question: "Look at the four targets. Which switch should turn the LED on?", options: ["Switch 1", "Switch 2", "Switch 3"], answer: 0 },
    doing: "Drag the three weights, or use the arrow keys on them. Get all four rows right. A wrong row is red and has a \u2717.",
    seen: "All four rows are right, with the weights {a}, {b} and {c}.",
    why: "Switch 1 turns the LED on, and switch 2 has no say. Switch 3 is on in every row, and holds against it.",
  },
  {
    title: "Let it learn",
    intro: [
      "Now the neuron moves its weights itself. It begins with weights that came by chance, like throwing dice.",
      "The *error* of a row is the target less the answer. It says how wrong the answer is, and which way.",
      "The *slope* says how much the answer moves when the sum moves a little.",
      "Error times slope gives a *push* to each weight whose switch is on. The arrows are the pushes.",
      "Once through all rows, then one push for each weight: that is an *epoch*.",
    ],
    guess: { question: "The neuron gets better. What happens to the arrows?", options: ["They grow", "They stay the same", "They shrink"], answer: 2 },
    doing: "Press [Step] a few times, and watch arrows and numbers. Then press [Run].",
    seen: "After {epochs} epochs the answers have the very digits that an article printed. The largest push was {first}, and is now {last}.",
    why: "Learning is many small pushes, each against the error.",
  },
  {
    title: "It shrugs",
    intro: [
      "A new table: the LED should be on when switches 1 and 2 differ. All eight rows are in it.",
      "There is still one neuron, and it begins as before.",
    ],
    guess: { question: "Can one neuron learn this table?", options: ["Yes, soon", "Yes, after many epochs", "No"], answer: 2 },
    doing: "Press [Run], and then [Run again]. Flip the switches, and watch the LED.",
    seen: "After {epochs} epochs every answer is {answer}. The LED blinks in every row: undecided. More epochs do not help.",
    why: "One neuron draws one straight line, and this table needs two.",
  },
  {
    title: "Four helpers",
    intro: [
      "The same table, but four more neurons stand in the middle. We call them *helpers*; others say *hidden* neurons.",
      "Neurons that work together are a *network*. It learns as before: each helper gets its share of the error.",
      "Seven rows are taught. Row 110 is left out, as it was in the article. It is never shown.",
    ],
    guess: { question: "In row 110 switches 1 and 2 are both on. What will the answer be?", options: ["About 0", "About 1", "About 0.5"], answer: 0 },
    doing: "Press [Run]. Then flip the switches: which helper lights up for which rows?",
    seen: "All seven rows are right. Row 110 was never shown, and its answer is {here}. The article printed {print}.",
    why: "Helpers see patterns of their own, and the last neuron weighs what they see.",
  },
  {
    title: "Three switches, and luck",
    intro: [
      "This table is called xor, as in the article: 1 when all three switches agree.",
      "The first weights come by chance. Each set of first weights is a *start*, and it has a number, its *seed*.",
      "A start is *proved* when every row was asked, and every answer was right.",
    ],
    guess: { question: "Ten starts learn for 1,000 epochs. How many get all eight rows right?", options: ["All ten", "About half", "Only one"], answer: 1 },
    doing: "Press [Race]. Click a start to look into it. Then press [Four at once]: it stops when the first is proved.",
    seen: "The starts {failed} failed: {n} of ten. Of the first four, start {winner} was proved first, after {epochs} epochs.",
    why: "Where it starts decides where it ends, so start several times, and believe only what is proved.",
  },
  {
    title: "How sure is sure?",
    intro: [
      "Above 0.9 we say 1, below 0.1 we say 0. That 0.1 is the *tolerance*. You can drag it.",
      "The *loss* is one number for the errors of all rows. A small loss is good.",
      "Here is the start with seed 10 from the race, after 1,000 epochs.",
    ],
    guess: { question: "Now only above 0.99 is a 1, and below 0.01 a 0. How many of the eight rows pass?", options: ["All eight", "About half", "One or none"], answer: 2 },
    doing: "Drag the tolerance to 0.01. Then press [100,000 epochs], and look again.",
    seen: "With 0.01, {few} of 8 rows pass after 1,000 epochs, and {many} after 100,000. Row 001 went from {before} to {after}.",
    why: "\u201cRight\u201d is a line that people draw: 0.9 and 0.1 here. A stricter line takes longer.",
  },
  {
    title: "You teach it",
    intro: [
      "Now the table is yours. Click a target: 1, 0, or a dash for a row that is not taught.",
      "The network learns it from several starts at once. It works by your table only when every taught row is proved.",
      "The squares are always 1. Their weights, each a *bias*, count even when all switches are off.",
    ],
    guess: { question: "Leave one row out. Can you be sure what the answer will be there?", options: ["Yes, it will be right", "Yes, it will blink", "No, it is a guess"], answer: 2 },
    doing: "Make your own table, and leave a row out. Press [Teach], and flip the switches. Is the LED wrong? Press [This is wrong].",
    seen: "You taught it {taught} of 8 rows, and it was proved after {epochs} epochs. Rows left out: {guesses}.",
    why: "Nobody programmed it: the table did.",
  },
];

/** What was left out and what the network answers there; and where nothing was left out. */
export const LEFT_OUT = { guess: "{row} with the answer {answer}", none: "none" };

/** What print says of step 6: from another start, so its digits are others. */
export const IN_PRINT = "In the article, from another start, row 001 went from 0.0442 to 0.000142.";

/** Put values into a text. @param {string} text @param {Record<string, string | number>} values @returns {string} */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (hole, name) => String(values[name] ?? hole));
