import { type Catalog, gpusNamed } from '../../../src/catalog/catalog.ts'
import type { Plan, ServeResult } from '../../../src/result/plan.ts'
import type { TrainPlan, TrainResult } from '../../../src/result/train.ts'
import { serveDefaults } from '../../../src/scenario/defaults.ts'
import type { ServeScenario } from '../../../src/scenario/serve.ts'
import type { TrainScenario } from '../../../src/scenario/train.ts'

/** Bytes are rounded to whole ones, term by term. */
const ROUNDED_BYTES = 16

/**
 * Where a plan is none that the scenario asks for: hardware or settings that its lists do not name, more GPUs or less free memory than
 * it says. Ids in the scenario are those of the catalog, aliases replaced.
 */
export function askedFlaws(
  result: ServeResult | TrainResult,
  scenario: ServeScenario | TrainScenario,
  catalog: Catalog,
): string[] {
  const offered = [...(result.best === null ? [] : [result.best]), ...result.alternatives, ...result.pareto]
  return offered.flatMap((plan) => planFlaws(plan, scenario, catalog))
}

function planFlaws(plan: Plan | TrainPlan, scenario: ServeScenario | TrainScenario, catalog: Catalog): string[] {
  const { search = {} } = scenario
  const { placement, memory } = plan
  const settings: Readonly<Record<string, unknown>> = plan.configuration
  const flaws: string[] = []
  const among = (what: string, value: unknown, allowed: readonly unknown[] | undefined): void => {
    if (allowed !== undefined && !allowed.includes(value))
      flaws.push(`${what} ${value} is none of ${allowed.join(', ')}`)
  }
  const gpus = (names: readonly string[]): string[] => names.flatMap((name) => gpusNamed(catalog, name))
  among('gpu', placement.gpu, search.gpus === undefined ? undefined : gpus(search.gpus))
  if (gpus(search.exclude_gpus ?? []).includes(placement.gpu)) flaws.push(`gpu ${placement.gpu} is excluded`)
  among('provider', placement.provider, search.providers)
  if (search.exclude_providers?.includes(placement.provider ?? '')) flaws.push(`${placement.provider} is excluded`)
  among('pricing', placement.pricing, search.pricing ?? serveDefaults.pricing)
  const most = search.max_gpus ?? serveDefaults.maxGpus
  if (placement.gpus > most) flaws.push(`${placement.gpus} GPUs, of at most ${most}`)
  for (const [key, allowed] of Object.entries(search)) {
    if (Object.hasOwn(settings, key) && Array.isArray(allowed)) among(key, settings[key], allowed)
  }
  const { headroom = serveDefaults.headroom } = scenario
  const least = headroom === 'p95' ? 0 : headroom * memory.capacity_bytes - ROUNDED_BYTES
  if (memory.free_bytes < least) flaws.push(`${memory.free_bytes} bytes are free, of at least ${least}`)
  if (scenario.kind === 'serve') {
    among('engine', settings.engine, scenario.engine === 'any' ? undefined : [scenario.engine ?? serveDefaults.engine])
    among('context', settings.context, scenario.context === undefined ? undefined : [scenario.context])
  }
  return flaws
}
