import type { Catalog } from '../../../src/catalog/catalog.ts'
import { jsonOf } from '../../../src/report/all.ts'
import { parseSingle } from '../../../src/scenario/single.ts'
import { SEED } from '../draws.ts'
import { randomOf } from '../random.ts'
import { askedFlaws } from '../sound/asked.ts'
import { renderingFlaws } from '../sound/renderings.ts'
import { flawsOf } from '../sound.ts'
import { drawValid, type Kind, shownDocument, type Written, yamlOf } from './document.ts'
import { mutate } from './mutate.ts'
import { AS_OF, flawOf, type Outcome, outcomeOf } from './outcome.ts'
import { smaller } from './shrink.ts'

/**
 * What planning one document may take of the processor: 5 seconds where it does nothing else. Programs that run beside it share its cores
 * and caches, and make the same work take up to twice as long.
 */
const MOST_SECONDS = 2 * 5

/** Every so many documents are planned twice, and shown as a page: both take as long as all the rest. */
const TWICE_EVERY = 7
const PAGE_EVERY = 23

/** Flaws of different kinds after which a run ends. */
const MOST_FAILURES = 8

/** How documents ended, and the slowest of them. */
export interface Tally {
  documents: number
  plan: number
  'no plan': number
  refused: number
  /** How often a document was refused for what, without the names that it gave. */
  reasons: Record<string, number>
  slowest: { seconds: number; document: string }
}

/** Documents without a plan, in counts of those that were asked for, after which none is to be expected. */
const MOST_TIMES = 5

const KIND_SEEDS: Readonly<Record<Kind, number>> = { serve: 1, train: 2, fleet: 3, forecast: 4 }

/**
 * Plans documents of a kind, and holds every result to what must be true of it.
 * @param count documents at least; among few of them, more until one gets a plan
 * @param broken one to three things in each document are changed
 * @throws Error with each kind of flaw that was found: a document, as small as it can be made, and its seed
 */
export async function fuzz(kind: Kind, count: number, broken: boolean, catalog: Catalog): Promise<Tally> {
  const tally: Tally = {
    documents: 0,
    plan: 0,
    'no plan': 0,
    refused: 0,
    reasons: {},
    slowest: { seconds: 0, document: '' },
  }
  const failures = new Map<string, string>()
  const isMissing = (index: number): boolean => !broken && tally.plan === 0 && index < MOST_TIMES * count
  for (let index = 0; index < count || isMissing(index); index += 1) {
    const random = randomOf(SEED, KIND_SEEDS[kind], Number(broken), index)
    const valid = drawValid(kind, random, catalog)
    const written = broken ? mutate(valid, random) : valid
    const check = { explain: index % 2 === 0, twice: index % TWICE_EVERY === 0, page: index % PAGE_EVERY === 0 }
    const { outcome, flaw } = await tried(written, catalog, check)
    if (flaw !== null && !failures.has(gist(flaw))) {
      const small = await smaller(written, async (each) => isLike((await tried(each, catalog, check)).flaw, flaw))
      const again = await tried(small, catalog, check)
      const which = `(${kind}, ${broken ? 'broken' : 'valid'}, document ${index}, GPU_PLAN_SEED=${SEED})`
      failures.set(gist(flaw), `${again.flaw ?? flaw}\n${which}\n${shownDocument(small)}`)
      if (failures.size === MOST_FAILURES) break
    }
    tally.documents += 1
    if (outcome === null) continue
    tally[outcome.is] += 1
    if (outcome.is === 'refused') {
      const reason = gist(outcome.diagnostics[0]?.message ?? '')
      tally.reasons[reason] = (tally.reasons[reason] ?? 0) + 1
    }
    if (outcome.cpuSeconds > tally.slowest.seconds) {
      tally.slowest = { seconds: outcome.cpuSeconds, document: shownDocument(written) }
    }
  }
  if (failures.size > 0) throw new Error([...failures.values()].join('\n\n'))
  return tally
}

interface Check {
  readonly explain: boolean
  readonly twice: boolean
  readonly page: boolean
}

/** Plans one document and says what is wrong with how it ended; null where nothing is. */
async function tried(
  written: Written,
  catalog: Catalog,
  check: Check,
): Promise<{ outcome: Outcome | null; flaw: string | null }> {
  try {
    const outcome = await outcomeOf(written, catalog, check.explain)
    return { outcome, flaw: await flawIn(outcome, written, catalog, check) }
  } catch (error) {
    return { outcome: null, flaw: `thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` }
  }
}

async function flawIn(outcome: Outcome, written: Written, catalog: Catalog, check: Check): Promise<string | null> {
  if (outcome.cpuSeconds > MOST_SECONDS) return `slow: ${outcome.cpuSeconds.toFixed(1)} s`
  if (outcome.is === 'refused') return flawOf(outcome.diagnostics, written)
  const { result } = outcome
  const flaws = flawsOf(result)
  if (result.kind === 'serve' || result.kind === 'train') {
    const { scenario } = parseSingle(yamlOf(written), 'scenario.yaml', catalog, [], AS_OF)
    flaws.push(...askedFlaws(result, scenario, catalog))
  }
  if (flaws.length === 0) flaws.push(...(await renderingFlaws(result, check.explain, check.page)))
  if (flaws.length === 0 && check.twice) {
    const again = await outcomeOf(written, catalog, check.explain)
    const texts = [result, 'result' in again ? again.result : null].map((each) => each && jsonOf([each]))
    if (texts[0] !== texts[1]) flaws.push('the same document gives another result')
  }
  return flaws.length === 0 ? null : flaws.slice(0, 5).join('\n')
}

/** A flaw without its figures. */
function gist(flaw: string): string {
  return (flaw.split('\n')[0] ?? '').replace(/\(.*\)$|"[^"]*"|\d[\d.,e+-]*/g, '').slice(0, 60)
}

/** A smaller document that fails in another way is not taken for the one that is being made smaller. */
function isLike(flaw: string | null, other: string): boolean {
  return flaw !== null && gist(flaw) === gist(other)
}
