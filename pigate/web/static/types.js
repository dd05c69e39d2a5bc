/**
 * What the server sends, as `GET /api/state` and `GET /api/events` give it.
 *
 * @typedef {number[][][]} Weights for each layer a matrix (fan_in, fan_out), or with the bias as a last row
 * @typedef {"on" | "off" | "undecided"} Decision
 *
 * @typedef {object} Board
 * @property {"simulated" | "gpio"} kind
 * @property {(number | string)[]} inputs GPIO numbers or MQTT topics, first input first
 * @property {number[]} outputs GPIO numbers, first output first
 * @property {"free" | "key" | "no"} teach whether this browser may teach: as it is, with the key, or not
 * @property {boolean} writable whether this browser may flip the switches and train: on a simulated board, on its machine
 *
 * @typedef {object} Snapshot
 * @property {string} levels "?" is a topic whose level nobody knows
 * @property {number[]} prediction
 * @property {Decision[]} decision
 * @property {boolean} taught
 * @property {number[]} chattering GPIO numbers that do not come to rest
 *
 * @typedef {object} Gate
 * @property {string} table
 * @property {Record<string, string>} rows the taught rows, levels to targets
 * @property {boolean} guesses whether a row that is not taught is decided at all
 * @property {number[]} layers
 * @property {number} tolerance
 * @property {Record<string, number[]>} predictions for all levels
 * @property {Weights} weights
 *
 * @typedef {object} Training
 * @property {string} table
 * @property {Record<string, string>} rows
 * @property {number[]} layers
 * @property {number} tolerance
 * @property {"resilient" | "plain"} rule
 * @property {boolean} bias
 * @property {number} learning_rate
 * @property {number} seed
 * @property {number} starts 0 when the weights were given
 * @property {number} attempts how many batches of starts were tried
 * @property {number} epochs over all attempts
 * @property {number} loss
 * @property {boolean} learned
 * @property {string[]} not_learned
 * @property {number} duration_s
 * @property {Record<string, number[]>} predictions for all levels, at the end
 * @property {number} winner
 * @property {number[]} loss_epochs
 * @property {number[][]} losses for each of loss_epochs the loss of every start
 * @property {number[]} snapshot_epochs
 * @property {Weights[]} snapshots the winner's weights at each of snapshot_epochs
 *
 * @typedef {object} Preset a way to train
 * @property {"resilient" | "plain"} rule
 * @property {number} learning_rate
 * @property {number} starts
 * @property {boolean} bias
 * @property {number} epochs
 *
 * @typedef {object} Form what a training may be asked to be
 * @property {Record<string, {min: number, max: number}>} limits of each number
 * @property {Record<"pigate" | "published", Preset>} presets
 * @property {{layers: number, min: number, max: number}} hidden how many hidden layers there may be, and how large
 *
 * @typedef {object} Settings of a training that this page may ask for
 * @property {string} table a name or bits
 * @property {number[]} hidden
 * @property {"resilient" | "plain"} rule
 * @property {number} learning_rate
 * @property {number} seed
 * @property {number} starts
 * @property {number} epochs
 * @property {boolean} bias
 *
 * @typedef {object} State
 * @property {Board} board
 * @property {Snapshot | null} snapshot
 * @property {Gate} gate
 * @property {Training} training
 * @property {string[]} tables names that fit the board
 * @property {Record<string, string>} meanings what each of these tables says
 * @property {Record<string, string[]>} output_names of those tables whose outputs have names
 * @property {Form} form
 * @property {boolean} busy
 */

/**
 * What is on show: the gate as it is, or a training as it was at one epoch.
 *
 * @typedef {object} Subject
 * @property {boolean} live
 * @property {boolean} [guesses] whether a row that is not taught is decided at all
 * @property {string} table
 * @property {Record<string, string>} rows
 * @property {number[]} layers
 * @property {string[]} [names] of the outputs, where they have names
 * @property {number} tolerance
 * @property {Record<string, number[]> | null} predictions the gate's own, for all levels; null: to be computed
 * @property {Weights} weights
 * @property {Weights} learned the weights at the end, by which widths are scaled
 */

export {};
