import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Job, Outcome } from './job.ts'

/** Fewer plans than this are made sooner than a thread has read the catalog. */
const JOBS_PER_THREAD = 8

/** What a thread is started with. */
export interface ThreadData {
  readonly overlays: readonly string[]
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

/** How many threads pay for themselves; one or none: the caller's own is enough. */
export function threadsFor(jobs: number): number {
  return Math.min(availableParallelism(), Math.floor(jobs / JOBS_PER_THREAD))
}

/**
 * Makes plans in several threads, each with its own catalog. Outcomes come in any order.
 * @param entry the program's own file, which serves as a thread where it is not the main one
 * @throws what a thread throws: a defect of this program
 */
export async function planInThreads(
  jobs: readonly Assigned[],
  threads: number,
  entry: string,
  data: ThreadData,
  finished: (each: Finished) => void,
): Promise<void> {
  const waiting = [...jobs].reverse()
  const workers = Array.from({ length: threads }, () => new Worker(entry, { workerData: data }))
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
