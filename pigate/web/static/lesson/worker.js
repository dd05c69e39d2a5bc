/** Trains beside the page, so that the page never stands still. It is asked by `school.js`. */

import { descend } from "./learning.js";

addEventListener("message", ({ data: { number, task } }) => postMessage({ number, course: descend(task) }));
