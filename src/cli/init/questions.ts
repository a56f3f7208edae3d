import { type Catalog, names } from '../../catalog/catalog.ts'
import { readText } from '../../io/files.ts'
import { InputError } from '../../scenario/diagnostic.ts'
import type { Scenario } from '../../scenario/schema.ts'
import { parseCount } from '../../units.ts'
import { Flags } from '../flags.ts'
import { sourceOptionsOf } from '../network-options.ts'
import type { Asker } from './asker.ts'
import { namedModel } from './model.ts'
import { NONE, readBudget, readDeadline, readMethods, readMilliseconds } from './read.ts'
import { serveGuesses } from './serve.ts'
import { trainGuesses } from './train.ts'

/** Values of flags, by name: what answers become. */
export type Answers = Record<string, string | string[]>

interface Question {
  readonly text: string
  /** What an empty answer stands for. */
  readonly fallback: string
  /** Words offered on Tab. */
  readonly words?: (catalog: Catalog) => readonly string[]
  /** The flags that the answer stands for. */
  readonly answers: (typed: string) => Answers
  /** @throws InputError for an answer that cannot be read. */
  readonly check: (flags: Flags, catalog: Catalog) => unknown
  /** Not asked once this flag has a value. */
  readonly without?: string
}

/** A question whose answer is the value of one flag. */
function plain(flag: string, text: string, fallback: string, check: Question['check']): Question {
  return { text, fallback, check, answers: (typed) => ({ [flag]: typed }) }
}

const whole = (flag: string, text: string, fallback: number): Question =>
  plain(flag, text, String(fallback), (flags) => flags.whole(flag))

const model = (text: string, fallback: string): Question => ({
  ...plain('model', text, fallback, (flags, catalog) =>
    namedModel(flags.required('model'), catalog, null, sourceOptionsOf(flags, catalog)),
  ),
  words: (catalog) => names(catalog, 'models'),
})

const budget = (text: string): Question => plain('budget', text, NONE, readBudget)

/** `2` and `2/s` are requests a second, `1M/day` tokens a day, `32 at once` requests in progress. */
export function trafficAnswer(typed: string): Answers {
  const text = typed.trim().toLowerCase()
  const before = (end: RegExp): string =>
    typed
      .trim()
      .slice(0, -(end.exec(text)?.[0].length ?? 0) || undefined)
      .trim()
  const perDay = /\s*(tokens)?\s*(\/|a |per )\s*d(ay)?$/
  const atOnce = /\s*(requests)?\s*(at once|concurrent)$/
  const perSecond = /\s*(requests?|req)?\s*(\/|a |per )\s*s(ec|econd)?$/
  if (perDay.test(text)) return { 'tokens-per-day': before(perDay) }
  if (atOnce.test(text)) return { concurrency: before(atOnce) }
  return { 'requests-per-second': before(perSecond) }
}

function checkTraffic(flags: Flags): void {
  for (const name of ['requests-per-second', 'tokens-per-day', 'concurrency']) {
    const text = flags.text(name)
    if (text === undefined) continue
    const value = parseCount(text)
    if (value === undefined || value <= 0) throw new InputError([NOT_TRAFFIC])
    if (name === 'concurrency') flags.whole(name)
  }
}
const NOT_TRAFFIC = {
  severity: 'error',
  path: [],
  message: 'traffic is read as 2 (requests a second), 1M/day (tokens) or 32 at once (requests in progress)',
} as const

const servingQuestions: readonly Question[] = [
  model('Model to serve: an id, org/name, or a path', serveGuesses.model),
  {
    text: 'Mean traffic: 2 (requests a second), 1M/day (tokens) or 32 at once',
    fallback: '1',
    answers: trafficAnswer,
    check: checkTraffic,
  },
  whole('input-tokens', 'Mean input tokens of a request', serveGuesses.inputTokens),
  whole('output-tokens', 'Mean output tokens of a request', serveGuesses.outputTokens),
  plain('ttft', 'Time to first token at most, ms or none', String(serveGuesses.ttftMs), (flags) =>
    readMilliseconds(flags, 'ttft'),
  ),
  plain('tpot', 'Time per output token at most, ms or none', String(serveGuesses.tpotMs), (flags) =>
    readMilliseconds(flags, 'tpot'),
  ),
]

/** Scenarios that are there already, or else one that is described. */
const workloadQuestions: readonly Question[] = [
  {
    text: 'Scenario files to take in, separated by commas, or none to describe a service now',
    fallback: NONE,
    answers: (typed) => (typed === NONE ? {} : { workload: typed.split(',').map((file) => file.trim()) }),
    check: (flags) => {
      for (const file of flags.texts('workload')) readText(file)
    },
  },
  ...servingQuestions.map((question) => ({ ...question, without: 'workload' })),
]

/** The questions of each kind, in order. */
const QUESTIONS: Readonly<Record<Scenario['kind'], readonly Question[]>> = {
  serve: [...servingQuestions, budget('Most US dollars a month, or none')],
  train: [
    model('Model to train: an id, org/name, or a path', trainGuesses.model),
    plain('method', 'Method: full, lora, qlora, or several', trainGuesses.methods.join(','), (flags) =>
      readMethods(flags, trainGuesses.methods),
    ),
    whole('examples', 'Examples in the data', trainGuesses.examples),
    whole('tokens-per-example', 'Mean tokens of an example', trainGuesses.tokensPerExample),
    plain('epochs', 'Passes over the data', String(trainGuesses.epochs), (flags) => flags.whole('epochs')),
    plain('deadline', 'Done after (72h, 3d), by a date, or none', trainGuesses.deadline, (flags) =>
      readDeadline(flags, trainGuesses.deadline),
    ),
    budget('Most US dollars for the run, or none'),
  ],
  fleet: [...workloadQuestions, budget('Most US dollars a month, or none')],
  forecast: [
    ...workloadQuestions,
    plain('months', 'How many months', '12', (flags) => flags.whole('months')),
    budget('Most US dollars in any month, or none'),
  ],
}

/** Asks for all that a kind wants to know. An answer that cannot be read is said why, and asked for again. */
export async function askFor(kind: Scenario['kind'], asker: Asker, catalog: Catalog): Promise<Answers> {
  const answers: Answers = {}
  for (const question of QUESTIONS[kind]) {
    if (question.without !== undefined && answers[question.without] !== undefined) continue
    Object.assign(answers, await askOne(question, asker, catalog))
  }
  return answers
}

async function askOne(question: Question, asker: Asker, catalog: Catalog): Promise<Answers> {
  for (;;) {
    const typed = await asker.ask(`${question.text} [${question.fallback}]: `, question.words?.(catalog))
    if (typed === '') return question.answers(question.fallback)
    const answers = question.answers(typed)
    try {
      await question.check(new Flags(answers), catalog)
      return answers
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      asker.say(`  ${error.message.replace(/\n/g, ' ')}`)
    }
  }
}
