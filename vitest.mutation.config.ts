import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Quick files first: the first test that fails ends the trial of a mutant. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).reverse()
  }
}

/**
 * The tests that mutants are tried against: those of the part that is mutated (tools/mutation.mjs says which), in one process
 * without a new module graph for each file, with fewer random draws and a time limit for properties. A mutant that lives through
 * these may still fall to the whole suite, so the score is a lower bound.
 */
export default defineConfig({
  test: {
    include: (process.env.MUTATION_TESTS ?? 'test/{model,memory,performance,cost}/**')
      .split(' ')
      .map((each) => `${each}.{test,prop}.ts`),
    env: { GPU_PLAN_FUZZ: 'few' },
    isolate: false,
    sequence: { sequencer: QuickFirst },
    setupFiles: ['test/mutation-setup.ts'],
    testTimeout: 60_000,
    // Reading the catalogs takes a second alone and ten beside a busy machine's other work.
    hookTimeout: 60_000,
  },
})
