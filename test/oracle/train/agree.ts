import { expect } from 'vitest'
import type { TrainPlan, TrainResult } from '../../../src/result/train.ts'
import { nameOf } from './choice.ts'
import type { Answer, Found } from './planner.ts'

/** Results are rounded to ten digits. */
const ROUNDING = 1e-9
/** The same sums in another order differ in the last bits. */
const DUST = 1e-12

const isClose = (a: number, b: number, share: number): boolean =>
  a === b || Math.abs(a - b) <= share * Math.max(Math.abs(a), Math.abs(b))

/** The order of plans: the objective, then cost, fewer GPUs, fewer hours, then the offer's id; 0 where they tie in all of these. */
function order(a: Found, b: Found): number {
  const figures: [number, number][] = [
    [a.objective, b.objective],
    [a.needs.dollars, b.needs.dollars],
    [a.choice.gpus, b.choice.gpus],
    [a.needs.hours, b.needs.hours],
  ]
  for (const [left, right] of figures) if (!isClose(left, right, DUST)) return left < right ? -1 : 1
  const [left, right] = [a.choice.rented.offer.id, b.choice.rented.offer.id]
  return left === right ? 0 : left < right ? -1 : 1
}

function bestOf(found: readonly Found[]): Found | undefined {
  let best = found[0]
  for (const each of found) if (best === undefined || order(each, best) < 0) best = each
  return best
}

/** Throws where a result is not what trying every combination says. */
export function expectAgreement(result: TrainResult, exhaustive: TrainResult, answer: Answer): void {
  expect(result.best !== null, 'a plan exists').toBe(answer.feasible.length > 0)
  expectCounts(result, answer)
  expectCounts(exhaustive, answer)
  expect(exhaustive.search.feasible, 'feasible combinations').toBe(answer.feasible.length)
  expect(exhaustive.search.pruned, 'pruned without pruning').toEqual({})
  expect(sum(exhaustive.search.rejected) + exhaustive.search.feasible, 'refused and feasible').toBe(answer.space)
  expect(exhaustive.best, 'the best plan without pruning').toEqual(result.best)

  const known = new Map(answer.feasible.map((found) => [nameOf(found.choice), found]))
  const find = (plan: TrainPlan): Found => {
    const name = nameOfPlan(plan)
    const found = known.get(name)
    if (found === undefined) throw new Error(`the oracle refuses ${name}`)
    expectFigures(plan, found)
    return found
  }
  if (result.best !== null) expectTie(find(result.best), bestOf(answer.feasible), 'the best plan')

  // The runners-up: the best of each GPU, method and optimizer.
  const groups = [...new Set(answer.feasible.map(groupOf))]
  const ranked = groups
    .flatMap((group) => bestOf(answer.feasible.filter((found) => groupOf(found) === group)) ?? [])
    .sort(order)
  const plans = [...(result.best === null ? [] : [result.best]), ...result.alternatives].map(find)
  expect(plans.length, 'plans shown').toBe(Math.min(ranked.length, ALTERNATIVES + 1))
  for (const [index, plan] of plans.entries()) expectTie(plan, ranked[index], `alternative ${index}`)
  expect(new Set(plans.map(groupOf)).size, 'groups shown').toBe(plans.length)

  expectFront(result.pareto.map(find), answer.feasible)
}

/** Alternatives beside the best plan, unless `--top` says otherwise. */
export const ALTERNATIVES = 5

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0)

function expectCounts({ search }: TrainResult, answer: Answer): void {
  expect(search.space, 'combinations').toBe(answer.space)
  expect(search.evaluated + sum(search.pruned) + search.rejected_before_evaluation, 'counts add up').toBe(answer.space)
  expect(search.feasible, 'feasible combinations, pruned').toBeLessThanOrEqual(answer.feasible.length)
  // Whatever is refused before it is evaluated breaks a rule of form; and under a rule's name falls only what breaks it.
  expect(search.rejected_before_evaluation, 'refused before evaluation').toBeLessThanOrEqual(answer.malformed)
  for (const [rule, count] of Object.entries(answer.broken)) {
    expect(search.rejected[rule] ?? 0, `refused by ${rule}`).toBeLessThanOrEqual(count)
  }
  for (const rule of Object.keys(search.rejected)) {
    if (!LIMITS.includes(rule)) expect(answer.broken[rule] ?? 0, `${rule} refuses something`).toBeGreaterThan(0)
  }
}

/** Reasons that have to do with what a combination needs. */
const LIMITS = ['memory', 'network', 'deadline', 'host_memory', 'progress', 'budget', 'max_instances']

function groupOf({ choice }: Found): string {
  return `${choice.rented.offer.gpu} ${choice.method} ${choice.optimizer}`
}

function expectTie(found: Found, best: Found | undefined, what: string): void {
  if (best === undefined) throw new Error(`${what}: the oracle has none`)
  if (order(found, best) === 0) return
  const said = (each: Found): string =>
    `${nameOf(each.choice)}: ${each.objective}, $${each.needs.dollars}, ${each.needs.hours} h`
  throw new Error(`${what}: ${said(found)}\nbut the oracle has ${said(best)}`)
}

/** Figures of a plan against the same, computed by the oracle. */
function expectFigures(plan: TrainPlan, { choice, needs }: Found): void {
  const expectClose = (name: string, actual: number | null, expected: number): void => {
    if (actual === null || !isClose(actual, expected, ROUNDING))
      throw new Error(`${name} of ${nameOf(choice)}: ${actual}, but the oracle has ${expected}`)
  }
  expectClose('hours', plan.performance.hours, needs.hours)
  expectClose('dollars of the run', plan.cost.usd_per_run, needs.dollars)
  expectClose('dollars an hour', plan.cost.usd_per_hour, choice.instances * choice.rented.dollarsAnHour)
  expectClose('host memory', plan.memory.host_bytes, Math.ceil(needs.hostBytes))
  expect(plan.configuration.gradient_accumulation, 'gradient accumulation').toBe(choice.accumulation)
  // Each term is rounded up to whole bytes.
  expect(Math.abs(plan.memory.total_bytes - needs.totalBytes), 'bytes of memory apart').toBeLessThanOrEqual(
    plan.memory.terms.length,
  )
}

/** The front of dollars against hours: nothing on it is beaten in both, and nothing off it is not. */
function expectFront(front: readonly Found[], feasible: readonly Found[]): void {
  const isBetter = (a: Found, b: Found): boolean =>
    (a.needs.dollars < b.needs.dollars && a.needs.hours <= b.needs.hours) ||
    (a.needs.dollars <= b.needs.dollars && a.needs.hours < b.needs.hours)
  const isSame = (a: Found, b: Found): boolean =>
    isClose(a.needs.dollars, b.needs.dollars, DUST) && isClose(a.needs.hours, b.needs.hours, DUST)
  for (const plan of front) {
    const better = feasible.find((other) => isBetter(other, plan) && !isSame(other, plan))
    if (better !== undefined) throw new Error(`on the front ${nameOf(plan.choice)}, beaten by ${nameOf(better.choice)}`)
  }
  for (const each of feasible) {
    const covered = front.some((plan) => isBetter(plan, each) || isSame(plan, each))
    if (!covered) throw new Error(`missing on the front: ${nameOf(each.choice)}`)
  }
}

/** The choice that a plan states, as {@link nameOf} writes one. */
function nameOfPlan({ placement: p, configuration: c }: TrainPlan): string {
  return [
    `${p.instances} x ${p.offer} ${p.pricing}`,
    `${c.method} r${c.lora_rank ?? '-'} ${c.optimizer} zero${c.zero_stage} offload=${c.offload} recompute=${c.activation_checkpointing}`,
    `tp${c.tensor_parallel} pp${c.pipeline_parallel} vp${c.virtual_pipeline} cp${c.context_parallel} ep${c.expert_parallel} b${c.micro_batch}`,
  ].join(', ')
}
