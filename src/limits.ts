/**
 * How much of a file is read, all in one place. Each limit is far above any real file of its kind and far below what would exhaust
 * the memory of a small machine (a heap of 2 GB): a file beyond it is a mistake or an attack, and is refused by name instead of ending
 * the program. Bytes where the name says so.
 */

const MIB = 2 ** 20

/** A scenario and a file of settings are a page; the largest shipped scenario has 5 kB. */
export const SCENARIO_BYTES = MIB

/** A catalog of fifty thousand offers in one file has some 10 MB, the largest file of measurements 0.5 MB. */
export const CATALOG_BYTES = 16 * MIB

/** A lock holds a scenario and its prices in some 10 kB: over a thousand of them. */
export const LOCK_BYTES = 16 * MIB

/** A saved result has some 50 kB; a comparison saves hundreds in one file. */
export const RESULT_BYTES = 64 * MIB

/** SkyPilot's list of AWS, the longest known, has less than 10 MB. */
export const PRICE_LIST_BYTES = 32 * MIB

/** The longest price lists have some hundred thousand rows of a dozen cells. A row costs some 200 bytes of memory beside its cells. */
export const PRICE_LIST_ROWS = 1_000_000
export const PRICE_LIST_CELLS = 8_000_000

/** A server that runs for weeks writes less, and what it says of memory stands at its start. */
export const LOG_BYTES = 128 * MIB

/** The longest published config.json has some 100 kB. */
export const CONFIG_JSON_BYTES = 16 * MIB

/** An index lists every tensor: those of a trillion parameters in quantised experts take some 20 MB. */
export const CHECKPOINT_INDEX_BYTES = 64 * MIB

/** The format's own limit (huggingface/safetensors README, "Format": 100 MB). */
export const SAFETENSORS_HEADER_BYTES = 100_000_000

/** What one JSON document may hold: a value costs some 100 bytes of memory. An index of a million tensors is below. */
export const JSON_VALUES = 4_000_000

/** Every form that is read is less than 20 deep. Deeper ones would exhaust the stack of what walks them. */
export const JSON_DEPTH = 200

export interface YamlLimits {
  /** Largest text, characters. */
  readonly bytes: number
  /** Deepest nesting of maps and lists. */
  readonly depth: number
  /** Most values after aliases are followed. */
  readonly values: number
  /** Most words, marks and stretches of blanks; reading one takes some 250 bytes of memory and 4 microseconds. */
  readonly pieces: number
}

export const scenarioLimits: YamlLimits = { bytes: SCENARIO_BYTES, depth: 40, values: 100_000, pieces: 400_000 }
export const catalogLimits: YamlLimits = { bytes: CATALOG_BYTES, depth: 40, values: 2_000_000, pieces: 4_000_000 }

/** Problems of one file that are reported one by one; the rest is counted. A file of another kind can have one a character. */
export const MESSAGES = 50

/** Longest message: room for a list of all models of the catalog. */
export const MESSAGE_CHARACTERS = 4000
