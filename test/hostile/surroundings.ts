import { ChildProcess } from 'node:child_process'
import dgram from 'node:dgram'
import dns from 'node:dns'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

/** What a command did to the world around it. */
export interface Observed {
  /** Attempts to reach the network or to start a process, each of which failed. */
  readonly reached: readonly string[]
  /** Calls that change the file system, with the path. */
  readonly written: readonly string[]
  /** Variables of the environment that were asked for. */
  readonly asked: ReadonlySet<string>
}

type Call = (...args: unknown[]) => unknown
type Calls = Record<string, unknown>

/** What leads out of the process: every library comes through one of these in the end. */
const WAYS_OUT: readonly (readonly [string, Calls, readonly string[]])[] = [
  ['net', net.Socket.prototype as unknown as Calls, ['connect']],
  ['net', net.Server.prototype as unknown as Calls, ['listen']],
  ['dgram', dgram.Socket.prototype as unknown as Calls, ['bind', 'connect', 'send']],
  ['dns', dns as unknown as Calls, functionsOf(dns)],
  ['dns.promises', dns.promises as unknown as Calls, functionsOf(dns.promises)],
  ['child_process', ChildProcess.prototype as unknown as Calls, ['spawn']],
  ['', globalThis as unknown as Calls, ['fetch', 'WebSocket', 'EventSource'].filter((name) => name in globalThis)],
]

/** Calls of the file system that change it, in their three forms. */
const CHANGES =
  /^(appendFile|chmod|chown|copyFile|cp|createWriteStream|fchmod|fchown|ftruncate|futimes|lchmod|lchown|link|lutimes|mkdir|mkdtemp|rename|rm|rmdir|symlink|truncate|unlink|utimes|write|writeFile|writev)(Sync)?$/
/** Of `open`, the flags that only read. */
const READING = new Set<unknown>([undefined, null, 'r', 'rs', 0])

function functionsOf(value: object): string[] {
  return Object.entries(value).flatMap(([name, each]) =>
    typeof each === 'function' && /^[a-z]/.test(name) ? [name] : [],
  )
}

/**
 * Runs something with every way out of the process closed, and notes what it does to files and which variables it asks for. Files
 * are changed all the same.
 */
export async function observe(work: () => Promise<unknown>): Promise<Observed> {
  const reached: string[] = []
  const written: string[] = []
  const asked = new Set<string>()
  const restore: (() => void)[] = []
  const replace = (object: Calls, name: string, make: (real: Call) => Call): void => {
    const real = object[name]
    if (typeof real !== 'function') return
    object[name] = make(real as Call)
    restore.push(() => {
      object[name] = real
    })
  }
  for (const [module, object, names] of WAYS_OUT) {
    for (const name of names) {
      replace(object, name, () => () => {
        reached.push(`${module}.${name}`)
        throw new Error(`${module}.${name} is closed here`)
      })
    }
  }
  for (const object of [fs as unknown as Calls, fs.promises as unknown as Calls]) {
    for (const name of Object.keys(object)) {
      if (!CHANGES.test(name) && !/^open(Sync)?$/.test(name)) continue
      replace(object, name, (real) => (...args) => {
        const changes = !name.startsWith('open') || !READING.has(typeof args[1] === 'function' ? undefined : args[1])
        if (changes) written.push(`${name} ${String(args[0])}`)
        return real.apply(object, args)
      })
    }
  }
  const env = process.env
  process.env = new Proxy(env, {
    get: (target, name) => {
      if (typeof name === 'string') asked.add(name)
      return Reflect.get(target, name)
    },
  })
  restore.push(() => {
    process.env = env
  })
  syncBuiltinESMExports()
  try {
    await work()
  } finally {
    for (const each of restore) each()
    syncBuiltinESMExports()
  }
  return { reached, written, asked }
}
