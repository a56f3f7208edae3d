import { parentPort, workerData } from 'node:worker_threads'
import { catalogFromData } from '../../catalog/catalog.ts'
import { runJob } from './job.ts'
import type { Assigned, Finished, ThreadData } from './threads.ts'

/** What the program does where it runs as a thread: it plans what it is sent, until it is ended. */
export async function servePlans(): Promise<void> {
  const catalog = catalogFromData((workerData as ThreadData).catalog)
  parentPort?.on('message', ({ index, job }: Assigned) => {
    parentPort?.postMessage({ index, outcome: runJob(job, catalog) } satisfies Finished)
  })
}
