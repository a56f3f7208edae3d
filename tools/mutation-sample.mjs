/**
 * A plugin of Stryker that keeps one mutant in so many, evenly over the files: an area of thousands is judged in minutes, with an
 * error of some points (for 500 mutants and a score of 80 %, one standard error is 1.8 points). Stryker has no such option, so this
 * reaches for its list of mutators; a version that keeps it elsewhere fails here by name.
 */
const oneIn = Number(process.env.MUTATION_ONE_IN ?? 1)
const { allMutators } = await import(
  new URL('../node_modules/@stryker-mutator/instrumenter/dist/src/mutators/index.js', import.meta.url).href
)

let seen = 0
for (const mutator of allMutators) {
  const mutate = mutator.mutate.bind(mutator)
  mutator.mutate = function* sampled(path) {
    for (const mutant of mutate(path)) {
      seen += 1
      if (seen % oneIn === 0) yield mutant
    }
  }
}

export const strykerPlugins = []
