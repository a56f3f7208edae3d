import { type Catalog, offerSets } from '../../../src/catalog/catalog.ts'
import type { Model } from '../../../src/catalog/model.ts'
import type { Offer } from '../../../src/catalog/offer.ts'
import type { Random } from '../random.ts'

/** Ids that a document draws from. */
export interface Words {
  readonly catalog: Catalog
  readonly gpus: readonly string[]
  /** Offers of those GPUs. */
  readonly offers: readonly Offer[]
  /** Scenario files that workloads may name. */
  readonly files: readonly string[]
}

/** GPUs that one document speaks of: few, so that its parts go together and its search is short. */
const MOST_GPUS = 3

/**
 * @param free the document draws from the whole catalog
 * @param files names of scenario files
 */
export function wordsOf(random: Random, catalog: Catalog, free: boolean, files: readonly string[] = []): Words {
  const general = [...catalog.offers.values()].filter(({ set }) => set === null)
  const rented = [...new Set(general.filter(isSure).map(({ gpu }) => gpu))]
  const gpus = free ? random.some([...catalog.gpus.keys()], 1, 2 * MOST_GPUS) : random.some(rented, 1, MOST_GPUS)
  const offers = general.filter(({ gpu }) => gpus.includes(gpu))
  return { catalog, gpus, offers: offers.length === 0 ? general : offers, files }
}

/** Whether a scenario that says nothing of prices may use it. */
function isSure({ confidence, usd_per_hour }: Offer): boolean {
  return confidence !== 'low' && usd_per_hour['on-demand'] !== undefined
}

/** Names as people and machines make them: scripts, quotes, markup, formulas, blanks. */
const NAMES = [
  'chat',
  'serve 8b',
  'größe',
  '服务',
  'a/b\\c',
  `it's "quoted"`,
  '<b>&amp;</b>',
  '=1+1',
  '$(id)',
  'two\nlines',
  '- dash',
  '{ brace',
  '# hash',
  'ש',
  'true',
  '1e3',
  'x'.repeat(200),
] as const

const unique = (list: readonly (string | null | undefined)[]): string[] => [
  ...new Set(list.filter((each) => each !== null && each !== undefined)),
]

type Draw = (words: Words, random: Random) => string

const name: Draw = (_, random) => random.pick(NAMES)
const gpu: Draw = ({ gpus, catalog }, random) =>
  random.chance(0.1) ? random.pick([...catalog.gpus.values()].map((each) => each.generation)) : random.pick(gpus)
const provider: Draw = ({ offers }, random) => random.pick(unique(offers.map((each) => each.provider)))

/** What stands in each text of a scenario, by its key. */
const TEXTS: Readonly<Record<string, Draw>> = {
  name,
  description: name,
  model: ({ catalog }, random) => random.pick(random.chance(0.75) ? small(catalog) : [...catalog.models.keys()]),
  huggingface: () => './config.json',
  gguf: () => './model.gguf',
  gpu: ({ gpus }, random) => random.pick(gpus),
  gpus: gpu,
  exclude_gpus: ({ catalog }, random) => random.pick([...catalog.gpus.keys()]),
  provider,
  providers: provider,
  exclude_providers: ({ catalog }, random) => random.pick([...catalog.offers.values()]).provider,
  region: ({ offers }, random) => random.pick(unique(offers.map((each) => each.region))),
  link: ({ catalog }, random) => random.pick([...catalog.links.keys()]),
  offer: ({ offers }, random) => {
    const sure = offers.filter(isSure)
    return offerName(random.pick(sure.length > 0 && random.chance(0.9) ? sure : offers), random)
  },
  overrides: ({ offers }, random) => offerName(random.pick(offers), random),
  offers: ({ catalog }, random) => random.pick(offerSets(catalog)),
  quantization: ({ catalog }, random) =>
    random.pick(random.chance(0.6) ? ['bf16', 'fp8', 'int8', 'awq-int4'] : [...catalog.quantizations.keys()]),
  kv_cache: ({ catalog }, random) => (random.chance(0.5) ? 'bf16' : random.pick([...catalog.kvFormats.keys()])),
  engine: ({ catalog }, random) => random.pick([...catalog.engines.keys(), 'any']),
  engine_version: ({ catalog }, random) =>
    random.pick([...catalog.engines.values()].flatMap((each) => each.releases.map(({ from }) => from))),
  trainer: ({ catalog }, random) => random.pick([...catalog.trainers.keys()]),
  deadline: (_, random) =>
    random.pick(['30m', '6h', '72h', '1d12h', '4w', '2026-11-22', '2027-03-31T18:00Z', '2030-01-01']),
  start: (_, random) => `${random.whole(2026, 2028)}-${String(random.whole(1, 12)).padStart(2, '0')}`,
  scenario: ({ files }, random) => random.pick(files),
  workloads: ({ files }, random) => random.pick(files),
}

/** Most parameters of a model that a few GPUs can hold. */
const SMALL = 40e9

/** Models that many of the drawn machines can hold, so that many documents have a plan. */
function small({ models }: Catalog): string[] {
  const parameters = ({ published, nominal_parameters }: Model): number =>
    published?.parameters ?? nominal_parameters ?? Number.POSITIVE_INFINITY
  return [...models.values()].filter((each) => each.architecture && parameters(each) < SMALL).map(({ id }) => id)
}

function offerName(offer: Offer, random: Random): string {
  return random.chance(0.7) ? `${offer.provider}/${offer.gpu}` : offer.id
}

/**
 * A text for the key that holds it.
 * @throws Error for a key that is new to the schema: what may stand there has to be said here.
 */
export function textFor(key: string, words: Words, random: Random): string {
  const draw = Object.hasOwn(TEXTS, key) ? TEXTS[key] : undefined
  if (draw === undefined) throw new Error(`the scenario generator knows no texts for the key ${JSON.stringify(key)}`)
  return draw(words, random)
}
