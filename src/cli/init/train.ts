import type { TrainWish } from '../../init/train.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import type { Flags } from '../flags.ts'
import type { NamedModel } from './model.ts'
import { readBudget, readDeadline, readMethods, readNumber } from './read.ts'

/** What `plan init` assumes of training where no flag says it; docs/first-plan.md lists them. */
export const trainGuesses = {
  model: 'llama-3.1-8b',
  methods: ['lora', 'qlora'],
  examples: 10_000,
  tokensPerExample: 1000,
  epochs: 3,
  sequenceLength: 2048,
  deadline: '72h',
} as const

/** @throws InputError for flags that cannot be read or contradict each other. */
export function trainWish(flags: Flags, { name, entry: model }: NamedModel): TrainWish {
  if (model.architecture === undefined) {
    throw inputError(`--model: ${model.id} is known by its parameter count alone, and training needs its architecture`)
  }
  const longest = model.architecture.max_positions
  return {
    model: name,
    methods: readMethods(flags, trainGuesses.methods),
    data: readData(flags),
    epochs: readNumber(flags, 'epochs') ?? trainGuesses.epochs,
    sequenceLength: flags.whole('sequence-length') ?? Math.min(trainGuesses.sequenceLength, longest),
    deadline: readDeadline(flags, trainGuesses.deadline),
    budgetUsd: readBudget(flags),
  }
}

function readData(flags: Flags): TrainWish['data'] {
  const tokens = readNumber(flags, 'tokens')
  const examples = readNumber(flags, 'examples')
  const tokensPerExample = readNumber(flags, 'tokens-per-example')
  if (tokens === undefined) {
    return {
      examples: examples ?? trainGuesses.examples,
      tokensPerExample: tokensPerExample ?? trainGuesses.tokensPerExample,
    }
  }
  const second = examples !== undefined ? 'examples' : tokensPerExample !== undefined ? 'tokens-per-example' : undefined
  if (second === undefined) return { tokens }
  throw inputError(`--tokens and --${second} say the same thing twice`, { hint: 'leave out one' })
}
