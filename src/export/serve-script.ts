import { commentLines } from './header.ts'
import type { Flag } from './server.ts'
import type { Serving } from './serving.ts'
import { shellWord } from './shell.ts'

/** A word for the shell that holds variables of the script itself: quoted, but still expanded. Never made of users' strings. */
interface Expanded {
  readonly expanded: string
}
type Word = string | Expanded

function words(line: readonly Word[]): string {
  return line.map((word) => (typeof word === 'string' ? shellWord(word) : `"${word.expanded}"`)).join(' ')
}

/**
 * A shell script that starts one replica, or one node of it, and needs no file beside it. What differs between replicas and nodes comes
 * from the environment: REPLICA where several share a machine, NODE_RANK and HEAD_ADDRESS where one spans several.
 */
export function serveScript(serving: Serving): string {
  const { server, plan, launch, place, gpu, engine } = serving
  const port = engine.container?.port ?? DEFAULT_PORT
  const shared = place.perInstance > 1
  const options = server.options?.(plan.configuration, launch) ?? null
  const command: Word[][] = [
    ['exec', ...server.program(launch)],
    ...server.flags(plan.configuration, launch).map((flag) => [...flag]),
    ...(options === null ? [] : [[options.flag, { expanded: '$options' }]]),
    ...(shared ? portFlags(server.listen(port), port) : server.listen(port).map((flag) => [...flag])),
  ]
  const before = [
    ...(place.partOfInstance ? [visibleGpus(place.gpusPerNode, shared, gpu.vendor)] : []),
    ...(shared ? [`port=$((${port} + \${REPLICA:-0}))`] : []),
    // JSON says it as YAML does.
    ...(options === null
      ? []
      : ['options="$(mktemp)"', `printf '%s\\n' ${shellWord(JSON.stringify(options.value))} > "$options"`]),
  ]
  return [
    '#!/usr/bin/env bash\n',
    commentLines([...serving.lines, ...usage(serving)]),
    'set -euo pipefail\n\n',
    ...(before.length === 0 ? [] : [`${before.join('\n')}\n\n`]),
    nodeStart(serving, command),
  ].join('')
}

/** Where an engine of a user's catalog names no port. */
const DEFAULT_PORT = 8000

function portFlags(flags: readonly Flag[], port: number): Word[][] {
  return flags.map(([name, value = '']) => [name, value === `${port}` ? { expanded: '$port' } : value])
}

/** The command as it is, or once for the head and once for the others where engines tell them apart. */
function nodeStart({ server, place }: Serving, command: readonly (readonly Word[])[]): string {
  const written = (lines: readonly (readonly Word[])[]): string => `${lines.map(words).join(' \\\n  ')}\n`
  if (place.nodes === 1 || server.nodeFlags === undefined) return written(command)
  const [rank, head] = [NODE_RANK, HEAD_ADDRESS]
  const flags = (isHead: boolean): Word[][] =>
    (server.nodeFlags?.({ nodes: place.nodes, rank, head, isHead }) ?? []).map((flag) =>
      flag.map((word) => (word.includes(`$\{`) ? { expanded: word } : word)),
    )
  const [asHead, asOther] = [written([...command, ...flags(true)]), written([...command, ...flags(false)])]
  if (asHead === asOther) return asHead
  return `if [ "${NODE_RANK}" = 0 ]; then\n  ${indented(asHead)}else\n  ${indented(asOther)}fi\n`
}

const NODE_RANK = `$\{NODE_RANK:?the number of this machine, from 0}`
const HEAD_ADDRESS = `$\{HEAD_ADDRESS:?the address of machine 0}`

function indented(text: string): string {
  return text.replace(/\n(?=.)/g, '\n  ')
}

/** The GPUs of this replica: llama.cpp spreads over every GPU that it sees, and replicas must not meet. */
function visibleGpus(gpus: number, shared: boolean, vendor: string): string {
  const variable = vendor === 'amd' ? 'HIP_VISIBLE_DEVICES' : 'CUDA_VISIBLE_DEVICES'
  if (!shared) return `export ${variable}=${range(0, gpus)}`
  const first = gpus === 1 ? `$\{REPLICA:-0}` : `$((\${REPLICA:-0} * ${gpus}))`
  if (gpus === 1) return `export ${variable}=${first}`
  return `export ${variable}="$(seq -s , ${first} $(((\${REPLICA:-0} + 1) * ${gpus} - 1)))"`
}

function range(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => from + index).join(',')
}

function usage({ place, plan, server }: Serving): string[] {
  const { replicas, nodes, perInstance } = place
  const { instances } = plan.placement
  if (nodes > 1) {
    const start =
      server.nodeFlags === undefined
        ? `over MPI, one process a GPU: srun --mpi=pmix --nodes=${nodes} --ntasks-per-node=${place.gpusPerNode} FILE`
        : 'with NODE_RANK from 0 and HEAD_ADDRESS, the address of machine 0'
    const times = replicas === 1 ? '' : ` The plan has ${replicas} such replicas.`
    return [`A replica spans ${nodes} machines: start this on each of them, ${start}.${times}`]
  }
  if (perInstance > 1) {
    const last = perInstance - 1
    const where = instances === 1 ? 'a machine' : `each of ${instances} machines`
    const most = replicas < perInstance * instances ? 'at most ' : ''
    return [`${replicas} replicas, ${most}${perInstance} on ${where}: start this with REPLICA=0 to REPLICA=${last}.`]
  }
  return replicas === 1 ? [] : [`${replicas} replicas: start this on each of ${instances} machines.`]
}
