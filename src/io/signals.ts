/** What asks a process to end. Without a listener each ends it at once, also in the middle of a long computation. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

type Signal = (typeof SIGNALS)[number]

const cleanups = new Set<() => void>()

/**
 * Has something done before a signal ends the process, which then dies of that signal as it would have without: shells see 130, 143
 * or 129, and stop their loops. Listeners run only between computations, so this is for moments, or for waiting.
 * @returns a function that ends it
 */
export function beforeDeath(cleanup: () => void): () => void {
  const mine = () => cleanup()
  if (cleanups.size === 0) for (const signal of SIGNALS) process.on(signal, die)
  cleanups.add(mine)
  return () => {
    if (!cleanups.delete(mine) || cleanups.size > 0) return
    for (const signal of SIGNALS) process.off(signal, die)
  }
}

function die(signal: Signal): void {
  for (const cleanup of cleanups) cleanup()
  cleanups.clear()
  for (const each of SIGNALS) process.off(each, die)
  process.kill(process.pid, signal)
}

/** Does something that must not be left half done: a signal that comes meanwhile ends the process after it. */
export function uninterrupted<T>(work: () => T): T {
  const release = beforeDeath(() => undefined)
  try {
    return work()
  } finally {
    // A signal is told to listeners when the loop next waits: after the second of these it has been.
    setImmediate(() => setImmediate(release))
  }
}
