/** "Train again": another table, rule or seed for the simulated board. */

import { post } from "./connection.js";
import { byId, html, say, set } from "./element.js";
import { makeLayers } from "./layers.js";
import { linkOf } from "./link.js";
import { everyLevels } from "./network.js";
import { named, wayToTrain } from "./words.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Preset} Preset */
/** @typedef {import("./types.js").Settings} Settings */

/** @param {(whether: boolean) => void} asked called with true when this page asks for a training, with false when it is refused */
export function makeTrainer(asked) {
  const form = /** @type {HTMLFormElement} */ (byId("trainer"));
  const fields = /** @type {Record<string, HTMLInputElement>} */ (/** @type {unknown} */ (form.elements));
  const buttons = [...document.querySelectorAll("[data-preset]")].map((button) => ({
    button: /** @type {HTMLButtonElement} */ (button),
    name: /** @type {"pigate" | "published"} */ (/** @type {HTMLElement} */ (button).dataset.preset),
  }));
  /** @type {Record<string, Preset>} */
  let presets = {};
  /** @type {State | null} */
  let state = null;
  const layers = makeLayers(byId("layers"));
  let offered = "";

  /** Set the form up by what the gate allows, once. @param {State} next */
  function setUp({ form: { limits, presets: given, hidden }, gate, training }) {
    presets = given;
    layers.limit(hidden);
    layers.set(gate.layers.slice(1, -1));
    for (const [name, { min, max }] of Object.entries(limits)) set(fields[name], { min, max });
    for (const { button, name } of buttons) say(/** @type {Element} */ (button.querySelector("span")), wayToTrain(presets[name]));
    const { rule, bias, ...numbers } = training.starts ? training : { ...presets.pigate, seed: training.seed };
    const within = (/** @type {"seed" | "starts" | "learning_rate"} */ name) => Math.min(Math.max(numbers[name], limits[name].min), limits[name].max);
    fields.seed.value = String(within("seed"));
    fields.epochs.value = String(presets.pigate.epochs);
    fill({ rule, bias, starts: within("starts"), learning_rate: within("learning_rate") });
  }

  /** Offer the tables that fit the board. @param {State} next */
  function offer({ board, gate, tables, meanings, training }) {
    const known = tables.includes(gate.table) ? tables : [gate.table, ...tables];
    const inputs = board.inputs.length;
    const key = [inputs, board.outputs.length, ...known].join();
    if (key === offered) return;
    const wanted = offered ? fields.table.value : training.table;
    const own = board.outputs.length === 1 ? [html("option", { value: "" }, "my own, in bits")] : [];
    fields.table.replaceChildren(...known.map((name) => html("option", { value: name }, named(meanings, name))), ...own);
    fields.table.value = wanted === "" || known.includes(wanted) ? wanted : gate.table;
    const bits = 2 ** inputs;
    fields.bits.maxLength = bits;
    fields.bits.pattern = `[01\\-]{${bits}}`;
    fields.bits.placeholder = "10010110".padEnd(bits, "01101001").slice(0, bits);
    say(byId("bits-label"), `${bits} bits, row ${"0".repeat(inputs)} first; - is not taught`);
    offered = key;
    adapt();
  }

  /** @param {Omit<Preset, "epochs">} values */
  function fill({ rule, starts, bias, learning_rate }) {
    fields.rule.value = rule;
    fields.starts.value = String(starts);
    fields.bias.checked = bias;
    fields.learning_rate.value = String(learning_rate);
    adapt();
  }

  /** Show only the fields that mean something. */
  function adapt() {
    byId("bits").hidden = fields.table.value !== "";
    fields.bits.required = fields.table.value === "";
    byId("rate").hidden = fields.rule.value !== "plain";
    for (const { button, name } of buttons) {
      const { rule, starts, bias, epochs } = presets[name];
      const same = fields.rule.value === rule && fields.bias.checked === bias && Number(fields.starts.value) === starts && Number(fields.epochs.value) === epochs;
      button.setAttribute("aria-pressed", String(same));
    }
  }

  for (const { button, name } of buttons) {
    button.addEventListener("click", () => {
      fields.epochs.value = String(presets[name].epochs);
      fill(presets[name]);
    });
  }
  form.addEventListener("input", adapt);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const next = /** @type {HTMLButtonElement | null} */ (/** @type {SubmitEvent} */ (event).submitter)?.value === "next";
    if (next) fields.seed.value = String(Number(fields.seed.value) + 1);
    train(chosen());
  });

  /** @returns {Settings} what the form says */
  const chosen = () => ({
    table: fields.table.value || fields.bits.value,
    hidden: layers.get(),
    rule: fields.rule.value === "plain" ? "plain" : "resilient",
    seed: Number(fields.seed.value),
    starts: Number(fields.starts.value),
    epochs: Number(fields.epochs.value),
    bias: fields.bias.checked,
    learning_rate: Number(fields.learning_rate.value),
  });

  /** @param {Settings} settings */
  async function train(settings) {
    say(byId("trainer-problem"), "");
    asked(true);
    const problem = await post("/api/train", settings);
    if (problem) asked(false);
    say(byId("trainer-problem"), problem);
  }

  /** Fill the form in with settings, and send it. @param {Settings} settings */
  function take(settings) {
    const known = [...fields.table.querySelectorAll("option")].some(({ value }) => value === settings.table);
    fields.table.value = known ? settings.table : "";
    fields.bits.value = known ? "" : settings.table;
    layers.set(settings.hidden);
    fields.seed.value = String(settings.seed);
    fields.epochs.value = String(settings.epochs);
    fill(settings);
    train(settings);
  }

  byId("copy").addEventListener("click", async () => {
    if (!state || !form.reportValidity()) return;
    const settings = linkable(chosen(), state);
    if (!settings) return say(byId("copied"), "A table of several outputs that has no name has no link.");
    const address = location.origin + location.pathname + linkOf(settings, state);
    const copied = await navigator.clipboard?.writeText(address).then(() => true, () => false);
    say(byId("copied"), `${copied ? "Copied" : "The link"}: ${address}`);
  });

  const cancel = /** @type {HTMLButtonElement} */ (byId("cancel"));
  cancel.addEventListener("click", async () => say(byId("trainer-problem"), await post("/api/cancel", {})));

  return {
    take,
    /** @param {State} next @param {boolean} lost */
    update(next, lost) {
      state = next;
      byId("again").hidden = !next.board.writable;
      document.body.classList.toggle("fixed", !next.board.writable);
      if (!offered) setUp(next);
      offer(next);
      for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (form.querySelectorAll("[type=submit]"))) button.disabled = next.busy || lost;
      cancel.hidden = !next.busy;
      cancel.disabled = lost;
      say(byId("busy"), next.busy ? "Training\u2026" : "");
    },
  };
}

/** The gate's own table goes by its bits: elsewhere nobody knows its name.
 * @param {Settings} settings @param {State} state @returns {Settings | null} null where it has no bits */
function linkable(settings, { board, gate, tables }) {
  if (settings.table !== gate.table || tables.includes(gate.table)) return settings;
  const bits = everyLevels(board.inputs.length).map((levels) => gate.rows[levels] ?? "-").join("");
  return board.outputs.length > 1 ? null : { ...settings, table: bits };
}
