/** Where everything stands in the drawing, in pixels: from left to right, or on a narrow page downwards. */

/**
 * @typedef {{x: number, y: number}} Point
 * @typedef {object} Layout
 * @property {boolean} downwards
 * @property {number} width
 * @property {number} height
 * @property {Point[][]} places for each layer its neurons, and its bias as the last
 * @property {number[]} radii for each layer
 */

const NARROW = 600;
const HEAD = 26; // above the neurons, for the names of the layers

/** How far apart neurons stand, by how many share a column. @param {number} slots @returns {number} */
const pitchFor = (slots) => (slots <= 6 ? 66 : slots <= 10 ? 60 : slots <= 20 ? 30 : 11);
/** How close they come where the screen is low. @param {number} slots @returns {number} */
const leastPitch = (slots) => (slots <= 10 ? 44 : slots <= 20 ? 22 : 6.3);
const [SWITCH, LED] = [76, 50]; // how close these come

/** Whether so little room lets the drawing run downwards. @param {number} room pixels @param {number} unit */
export const isNarrow = (room, unit) => room < NARROW * unit;

/**
 * @param {number[]} layers widths, the inputs first
 * @param {boolean[]} biased whether each layer but the last has a bias
 * @param {number} room pixels from one side of the drawing to the other
 * @param {boolean} downwards whether it runs downwards
 * @param {number} unit pixels of a unit
 * @param {number} tall pixels from top to bottom that it had better not exceed
 * @returns {Layout}
 */
export function layout(layers, biased, room, downwards, unit, tall = Infinity) {
  const slots = layers.map((width, l) => width + (biased[l] ? 1 : 0));
  const margin = 52 * unit;
  const gaps = layers.length - 1;
  const most = Math.max(...slots);
  const head = downwards ? 0 : HEAD * unit;
  const wanted = [Math.min((room * 0.9) / unit, 520), 330, ...slots.map((n) => n * pitchFor(n)), 78 * layers[gaps]];
  const least = [250, ...slots.map((n) => n * leastPitch(n)), layers[0] > 4 ? 0 : SWITCH * slots[0], LED * layers[gaps]];
  const across = downwards ? room : Math.max(Math.min(Math.max(...wanted) * unit, tall - head), Math.max(...least) * unit) + head;
  const deep = Math.max(Math.min(gaps * (most > 20 ? 130 : 104) * unit, tall - 2 * margin), gaps * 64 * unit);
  const along = downwards ? deep + 2 * margin : room;
  const gap = (along - 2 * margin) / gaps;
  /** @type {number[]} */
  const radii = [];
  const places = slots.map((n, l) => {
    const pitch = Math.min((across - head) / n, 124 * unit);
    radii.push(Math.max(2, Math.min(22 * unit, pitch * 0.38, gap * 0.27)));
    const first = (across + head - pitch * (n - 1)) / 2;
    return Array.from({ length: n }, (_, i) => {
      const [a, b] = [margin + l * gap, first + i * pitch];
      return downwards ? { x: b, y: a } : { x: a, y: b };
    });
  });
  return { downwards, width: downwards ? across : along, height: downwards ? along : across, places, radii };
}
