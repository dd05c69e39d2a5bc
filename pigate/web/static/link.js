/** A table and its settings as the end of an address, such as #table=10010110&hidden=4. */

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Settings} Settings */

const NUMBERS = /** @type {const} */ (["seed", "starts", "epochs", "learning_rate"]);
const FIRST_SEED = 1;

/** What a link means where it says nothing. @param {State} state */
const defaults = ({ form }) => ({ ...form.presets.pigate, seed: FIRST_SEED });

/** @param {Settings} settings @param {State} state @returns {string} which says only what is not as usual */
export function linkOf(settings, state) {
  const usual = defaults(state);
  const parts = [`table=${encodeURIComponent(settings.table)}`, `hidden=${settings.hidden.join() || "none"}`];
  if (settings.rule !== usual.rule) parts.push(`rule=${settings.rule}`);
  for (const name of NUMBERS) {
    const meant = name !== "learning_rate" || settings.rule === "plain";
    if (meant && settings[name] !== usual[name]) parts.push(`${name}=${settings[name]}`);
  }
  if (settings.bias !== usual.bias) parts.push(`bias=${settings.bias ? "yes" : "no"}`);
  return `#${parts.join("&")}`;
}

/** Whether a table is a row of bits for this board; a dash is a row that is not taught. @param {string} table @param {State} state */
const isBits = (table, { board }) => board.outputs.length === 1 && table.length === 2 ** board.inputs.length && /^[01-]*[01][01-]*$/.test(table);

/**
 * Read a link, which may come from anywhere.
 * @param {string} hash @param {State} state
 * @returns {Settings | string | null} what it asks for, or what is wrong with it; null where it names no table
 */
export function readLink(hash, state) {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const table = said.get("table");
  if (table === null) return null;
  const { form, tables } = state;
  if (!tables.includes(table) && !isBits(table, state)) return "its table does not fit this board";
  const usual = defaults(state);
  const hidden = said.get("hidden") === "none" ? [] : (said.get("hidden")?.split(",") ?? ["4"]).map(Number);
  const { layers, min, max } = form.hidden;
  if (hidden.length > layers || !hidden.every((n) => Number.isInteger(n) && n >= min && n <= max)) {
    return `hidden: up to ${layers} layers, each of ${min} to ${max} neurons`;
  }
  const rule = said.get("rule") ?? usual.rule;
  if (rule !== "resilient" && rule !== "plain") return "rule: resilient or plain";
  const bias = said.get("bias") ?? (usual.bias ? "yes" : "no");
  if (bias !== "yes" && bias !== "no") return "bias: yes or no";
  const numbers = /** @type {Record<typeof NUMBERS[number], number>} */ ({});
  for (const name of NUMBERS) {
    const [text, limits] = [said.get(name), form.limits[name]];
    numbers[name] = text === null ? usual[name] : Number(text || NaN);
    const whole = name === "learning_rate" || Number.isInteger(numbers[name]);
    if (!whole || !(numbers[name] >= limits.min && numbers[name] <= limits.max)) return `${name}: from ${limits.min} to ${limits.max}`;
  }
  return { table, hidden, rule, bias: bias === "yes", ...numbers };
}
