/** A place in which settings stand, from the weakest to the strongest. Flags are stronger than all of them. */
export type Layer = 'user file' | 'project file' | 'environment'

/** Where a setting takes effect. */
export type Effect =
  /** As if the flag were given, in the commands that have it. */
  | { readonly flag: string }
  /** As a default of scenarios that say nothing of the key. */
  | { readonly scenario: string }

/** A setting as data. Adding one is an entry here and a key in the schema. */
export interface Setting {
  /** As the file writes it. */
  readonly key: string
  /** Variable of the environment; lists stand there with commas (directories: as in PATH). */
  readonly env: string
  readonly effect: Effect
  /** What holds without it, in words. */
  readonly builtIn: string
  /** Entries of all layers count, those of the stronger layer last; other settings are replaced. */
  readonly adds?: true
}

export const SETTINGS: readonly Setting[] = [
  {
    key: 'catalogs',
    env: 'PLAN_CATALOGS',
    effect: { flag: 'catalog' },
    builtIn: 'the shipped catalog alone',
    adds: true,
  },
  { key: 'top', env: 'PLAN_TOP', effect: { flag: 'top' }, builtIn: '5' },
  { key: 'max_cost', env: 'PLAN_MAX_COST', effect: { flag: 'max-cost' }, builtIn: 'no limit' },
  { key: 'time_limit', env: 'PLAN_TIME_LIMIT', effect: { flag: 'time-limit' }, builtIn: '60 s' },
  {
    key: 'prices.discount_percent',
    env: 'PLAN_DISCOUNT_PERCENT',
    effect: { scenario: 'prices.discount_percent' },
    builtIn: '0',
  },
  {
    key: 'prices.max_age_days',
    env: 'PLAN_MAX_AGE_DAYS',
    effect: { scenario: 'prices.max_age_days' },
    builtIn: '365',
  },
  {
    key: 'prices.min_confidence',
    env: 'PLAN_MIN_CONFIDENCE',
    effect: { scenario: 'prices.min_confidence' },
    builtIn: 'medium',
  },
  {
    key: 'search.exclude_providers',
    env: 'PLAN_EXCLUDE_PROVIDERS',
    effect: { scenario: 'search.exclude_providers' },
    builtIn: 'none',
  },
  {
    key: 'search.exclude_gpus',
    env: 'PLAN_EXCLUDE_GPUS',
    effect: { scenario: 'search.exclude_gpus' },
    builtIn: 'none',
  },
]

/** A value with the place where it was written. */
export interface Stated {
  readonly key: string
  readonly value: unknown
  readonly layer: Layer
  /** `plan.config.yaml:3:6`, `~/.config/gpu-plan/config.yaml:1:1` or `$PLAN_TOP`. */
  readonly origin: string
}

/** A setting as it holds: its values from the weakest to the strongest (one, unless it adds), and those that are overridden. */
export interface Resolved {
  readonly setting: Setting
  readonly values: readonly Stated[]
  readonly overridden: readonly Stated[]
}

const STRENGTH: readonly Layer[] = ['user file', 'project file', 'environment']

/** Which value of each setting holds. */
export function resolveSettings(stated: readonly Stated[]): Resolved[] {
  return SETTINGS.map((setting) => {
    const mine = stated
      .filter(({ key }) => key === setting.key)
      .sort((a, b) => STRENGTH.indexOf(a.layer) - STRENGTH.indexOf(b.layer))
    const strongest = mine.at(-1)
    if (setting.adds === true || strongest === undefined) return { setting, values: mine, overridden: [] }
    return { setting, values: [strongest], overridden: mine.slice(0, -1) }
  })
}

/** The value as a flag takes it, or as YAML on one line. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The values of a setting whose entries add up, as one list in the order in which they are laid over each other. */
export function listOf({ values }: Resolved): string[] {
  return values.flatMap(({ value }) => (Array.isArray(value) ? value.map(String) : [String(value)]))
}
