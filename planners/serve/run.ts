import type { Catalog } from '../../src/catalog/catalog.ts'
import { type SearchCounts, search } from '../search/branch-and-bound.ts'
import type { Constraint } from '../search/space.ts'
import { ServeAssignment } from './assignment.ts'
import { serveBound } from './bound.ts'
import { type Candidate, Incumbents } from './incumbents.ts'
import { NearMisses } from './near-misses.ts'
import type { ServeRequest } from './request.ts'
import { serveSpace } from './space.ts'

/** What one search of a request's space found. */
export interface ServeRun {
  readonly best: Candidate | null
  readonly alternatives: readonly Candidate[]
  readonly front: readonly Candidate[]
  readonly counts: SearchCounts
  readonly nearMisses: NearMisses
  readonly constraints: readonly Constraint<ServeAssignment>[]
}

/** Searches the whole space of a request. */
export function runServe(request: ServeRequest, catalog: Catalog, exhaustive: boolean): ServeRun {
  const space = serveSpace(request, catalog)
  const names = space.variables.map((variable) => variable.name)
  const parallelLevel = names.indexOf('expert_parallel')
  const concurrencyLevel = names.indexOf('max_concurrency')
  const incumbents = new Incumbents(request)
  const nearMisses = new NearMisses(request, catalog)
  const counts = search(space, new ServeAssignment(), {
    exhaustive,
    bound: serveBound(request, catalog, incumbents, names),
    accept: (a) => incumbents.accept(a),
    reject: (a, level, constraint, violation) =>
      nearMisses.consider(
        a,
        constraint,
        violation,
        level >= concurrencyLevel ? 'concurrency' : level >= parallelLevel ? 'parallelism' : 'degrees',
      ),
  })
  const [best, ...alternatives] = incumbents.ranked()
  return {
    best: best ?? null,
    alternatives,
    front: incumbents.front(),
    counts,
    nearMisses,
    constraints: space.constraints,
  }
}
