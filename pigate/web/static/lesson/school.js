/** Where the lesson's networks are trained: a worker, and how its work is shown afterwards. */

/** @typedef {import("./learning.js").Task} Task */
/** @typedef {import("./learning.js").Course} Course */

/** Begun with the page, so that it is there when pigate is not, later. */
const worker = new Worker("/page/lesson/worker.js", { type: "module" });
/** @type {Map<number, (course: Course) => void>} */
const waiting = new Map();
let count = 0;

worker.addEventListener("message", ({ data: { number, course } }) => {
  waiting.get(number)?.(course);
  waiting.delete(number);
});

/** Train in the worker. @param {Task} task @returns {Promise<Course>} */
export function trained(task) {
  const number = count++;
  worker.postMessage({ number, task });
  return new Promise((resolve) => waiting.set(number, resolve));
}

/**
 * Show moments one after the other, by the clock: a slow screen skips some. Without motion only the last is shown.
 * @param {number} count how many moments there are
 * @param {number} ms how long it takes
 * @param {(moment: number) => void} show called with the moments in order, and always with the last
 * @returns {() => void} ends it, where it is
 */
export function play(count, ms, show) {
  const last = count - 1;
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) ms = 0;
  const begin = performance.now();
  let shown = -1;
  let frame = 0;
  const next = () => {
    const moment = ms ? Math.min(Math.floor(((performance.now() - begin) / ms) * last), last) : last;
    if (moment < last) frame = requestAnimationFrame(next);
    if (moment !== shown) show(moment);
    shown = moment;
  };
  frame = requestAnimationFrame(next);
  return () => cancelAnimationFrame(frame);
}

/** Trainings of which only the last one counts.
 * @returns a function that trains and shows the moments, and one that forgets what is under way */
export function makeClass() {
  let current = 0;
  let stop = () => {};

  function leave() {
    current++;
    stop();
  }

  return {
    leave,
    /**
     * @param {Task[]} tasks trained one after the other, shown side by side
     * @param {number} ms how long it takes to show
     * @param {(courses: Course[], epoch: number) => void} show called with moments of the longest course
     * @param {(courses: Course[]) => void} ended called after the last
     */
    async run(tasks, ms, show, ended) {
      leave();
      const mine = current;
      const courses = await Promise.all(tasks.map(trained));
      if (mine !== current) return;
      const longest = courses.reduce((a, b) => (b.moments[b.moments.length - 1] > a.moments[a.moments.length - 1] ? b : a)).moments;
      stop = play(longest.length, ms, (moment) => {
        show(courses, longest[moment]);
        if (moment === longest.length - 1) ended(courses);
      });
    },
  };
}

/** The weights of a course at an epoch. @param {Course} course @param {number} epoch */
export function weightsAt({ moments, weights }, epoch) {
  let k = 0;
  while (k + 1 < moments.length && moments[k + 1] <= epoch) k++;
  return weights[k];
}
