/** A plan among the results of a planner, as JSON. */
interface ShownPlan {
  placement: { offer: string | null; instance: string; instances: number; pricing: string }
  configuration: Record<string, unknown>
  memory: { total_bytes: number }
  cost: Record<'usd_per_hour' | 'usd_per_run' | 'usd_per_million_tokens', number | null>
  performance: Record<string, unknown>
  targets: readonly { name: string; value: number; limit: number; unit: string; ok: boolean }[]
}

/**
 * A result whose plans beside the best one are told in a line: where, how, memory and price. What else a plan holds, the best one shows.
 * @param value a result of a planner, as JSON, or a part of it
 */
export function brief(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(brief)
  if (typeof value !== 'object' || value === null) return value
  if (isPlan(value)) return planLine(value)
  if (isEntryOfMonth(value)) return entryLine(value)
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (key === 'best') return [key, member]
      // Every entry of the catalogs counts in it.
      if (key === 'hash') return [key, '']
      return [key, key === 'configuration' ? wordsOf(member) : brief(member)]
    }),
  )
}

/** Machines or a workload in a month of a forecast. */
interface EntryOfMonth {
  instances: number
  offer: string
  usd: number
}

const isEntryOfMonth = (value: object): value is EntryOfMonth =>
  'offer' in value && 'instances' in value && 'usd' in value && !('action' in value)

/** Every value in its order, those of the configuration too. */
function entryLine(entry: EntryOfMonth): string {
  return Object.entries(entry)
    .map(([key, each]) => (key === 'configuration' ? `[${wordsOf(each)}]` : `${key} ${each}`))
    .join(', ')
}

const isPlan = (value: object): value is ShownPlan => 'placement' in value && 'memory' in value

function planLine({ placement, configuration, memory, cost, performance, targets }: ShownPlan): object {
  const { offer, instance, instances, pricing } = placement
  return {
    on: `${instances} x ${offer ?? instance} ${pricing}`,
    as: wordsOf(configuration),
    total_bytes: memory.total_bytes,
    usd: `${cost.usd_per_hour} an hour, ${cost.usd_per_run ?? 'no'} a run, ${cost.usd_per_million_tokens} a million tokens`,
    does: wordsOf(performance),
    targets: targets.map(
      ({ name, value, limit, unit, ok }) => `${name} ${value} of ${limit} ${unit} ${ok ? 'ok' : 'missed'}`,
    ),
  }
}

/** The values of an object, in the order of its keys. */
function wordsOf(values: unknown): string {
  if (typeof values === 'string') return values
  return Object.values(values ?? {}).join(' ')
}
