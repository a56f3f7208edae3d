import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type Catalog, type CatalogData, catalogToData } from '../../catalog/catalog.ts'
import type { Job, Outcome } from './job.ts'

/** Fewer plans than this are made sooner than a thread has read the catalog. */
const JOBS_PER_THREAD = 8

/** What a thread is started with: reading a large catalog takes seconds, copying it a fraction of one. */
export interface ThreadData {
  readonly catalog: CatalogData
}

/** What a thread is sent, and what it answers. */
export interface Assigned {
  readonly index: number
  readonly job: Job
}
export interface Finished {
  readonly index: number
  readonly outcome: Outcome
}

/**
 * How many threads to start: those that pay for themselves, and none where one would do the work of the caller's own.
 * @param live whether a person watches: the caller's thread then stays free to answer signals, whatever that costs
 */
export function threadsFor(jobs: number, live: boolean): number {
  const paid = Math.min(availableParallelism(), Math.floor(jobs / JOBS_PER_THREAD))
  if (live && jobs > 0) return Math.max(1, paid)
  return paid < 2 ? 0 : paid
}

/**
 * Makes plans in several threads, each with its own copy of the catalog. Outcomes come in any order.
 * @param entry the program's own file, which serves as a thread where it is not the main one
 * @throws what a thread throws: a defect of this program
 */
export async function planInThreads(
  jobs: readonly Assigned[],
  threads: number,
  entry: string,
  catalog: Catalog,
  finished: (each: Finished) => void,
): Promise<void> {
  const waiting = [...jobs].reverse()
  const workerData: ThreadData = { catalog: catalogToData(catalog) }
  const workers = Array.from({ length: threads }, () => new Worker(entry, { workerData }))
  const work = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      const next = (): void => {
        const job = waiting.pop()
        if (job === undefined) resolve()
        else worker.postMessage(job)
      }
      worker.on('error', reject)
      worker.on('exit', (code) => reject(new Error(`a thread ended with code ${code}`)))
      worker.on('message', (message: Finished) => {
        finished(message)
        next()
      })
      next()
    })
  try {
    await Promise.all(workers.map(work))
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}
