import type { Catalog } from '../../catalog/catalog.ts'
import type { Diagnostic } from '../../scenario/diagnostic.ts'
import { type Job, type Outcome, runJob } from './job.ts'
import { type Assigned, planInThreads, threadsFor } from './threads.ts'

/** A job, or what is already known to be wrong with it. */
export type Prepared = Job | { readonly name: string; readonly wrong: readonly Diagnostic[] }

/** What decides about threads. */
export interface Threading {
  /** The program's own file; null: no threads. */
  readonly entry: string | null
  /** Whether signals must be answered meanwhile, as a line of progress is drawn. */
  readonly live: boolean
}

/**
 * Makes many plans, in threads where that is faster. The outcomes stand in the order of the jobs.
 * @param progress told how many are done and which was the last
 */
export async function planAll(
  jobs: readonly Prepared[],
  catalog: Catalog,
  { entry, live }: Threading,
  progress: (done: number, name: string) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  let done = 0
  const finish = (index: number, outcome: Outcome): void => {
    outcomes[index] = outcome
    done += 1
    progress(done, jobs[index]!.name)
  }
  const open: Assigned[] = []
  for (const [index, job] of jobs.entries()) {
    if ('wrong' in job) finish(index, { wrong: job.wrong })
    else open.push({ index, job })
  }
  const threads = threadsFor(open.length, live)
  if (entry === null || threads === 0) for (const { index, job } of open) finish(index, runJob(job, catalog))
  else await planInThreads(open, threads, entry, catalog, ({ index, outcome }) => finish(index, outcome))
  return outcomes
}
