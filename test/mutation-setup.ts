import fc from 'fast-check'
import { Remembered } from '../src/memory/remembered.ts'

/** Every mutant is tried with the same inputs, and none of them for long: most fall to the first few. */
fc.configureGlobal({
  seed: 20_261_121,
  interruptAfterTimeLimit: Number(process.env.MUTATION_PROPERTY_MS ?? 400),
  markInterruptAsFailure: false,
})

/*
 * A mutant is tried with the tests that reach it. One that finds what a test before it left in memory does not reach what made it,
 * so where tests share models nothing is kept.
 */
if (process.env.MUTATION_FORGETS === 'yes') {
  Remembered.prototype.recall = (_owner, _keys, make) => make()
}
