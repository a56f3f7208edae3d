import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { INPUTS, type Input } from './cases.ts'
import { growthExponent } from './growth.ts'
import { type Measured, measure } from './measure.ts'

const AS_OF = '2026-11-21'
const MIB = 2 ** 20

/** Where a program is measured. */
export interface Bench {
  readonly program: string
  /** The folder that names of shipped scenarios are relative to. */
  readonly root: string
  readonly catalog: Catalog
  /** Divides the full sizes: 1 for all, more for a quick look. */
  readonly part: number
  /** Only inputs of these kinds; all where there are none. */
  readonly kinds: readonly string[]
}

/** Time and memory of large inputs at a quarter, half and all of their size, each in a process of its own, as lines of a table. */
export function measureLarge(bench: Bench): void {
  const unknown = bench.kinds.find((kind) => INPUTS.every((input) => input.kind !== kind))
  if (unknown !== undefined) throw new Error(`${unknown} is none of ${INPUTS.map(({ kind }) => kind).join(', ')}`)
  console.log(line(['what', 'size', 'seconds', 'CPU s', 'peak MiB', 'growth']))
  for (const input of INPUTS)
    if (bench.kinds.length === 0 || bench.kinds.includes(input.kind)) measureInput(input, bench)
}

function measureInput(input: Input, bench: Bench): void {
  const folder = mkdtempSync(join(tmpdir(), 'gpu-plan-bench-'))
  const full = Math.ceil(input.size / bench.part)
  const sizes = [...(input.single ? [1] : []), ...[full / 4, full / 2, full].map(Math.ceil)]
  const directoryOf = (size: number): string => join(folder, String(size))
  const run = (args: readonly string[]): Measured =>
    measure(bench.program, [...args, ...planning(args)], bench.root, folder)
  try {
    for (const size of sizes) {
      mkdirSync(directoryOf(size))
      input.write(directoryOf(size), size, bench.catalog)
    }
    for (const { name, args } of input.commands) {
      const runs: (Measured & { readonly size: number })[] = []
      for (const size of sizes) {
        const own = { size, ...run(args(directoryOf(size))) }
        runs.push(own)
        const growth = runs.length === sizes.length ? growthOf(runs, input.single) : ''
        console.log(row(name, input.sizeText(size), own, growth))
      }
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The growth of processor time, which other work on the machine lengthens less than time on the clock. */
function growthOf(runs: readonly (Measured & { readonly size: number })[], single: boolean): string {
  const sized = runs.map(({ size, cpuSeconds }) => ({ size, seconds: cpuSeconds }))
  const [least, ...others] = sized
  const growth = single ? growthExponent(others, least?.seconds ?? 0) : growthExponent(sized, 0)
  return growth === null ? 'none' : `n^${growth.toFixed(2)}`
}

/** Flags of commands that plan: prices are judged from a day on which the shipped ones are young enough. */
function planning([word]: readonly string[]): string[] {
  return word === 'catalog' ? [] : ['--as-of', AS_OF, '--quiet']
}

function row(name: string, size: string, { seconds, cpuSeconds, peakBytes }: Measured, growth: string): string {
  return line([name, size, seconds.toFixed(1), cpuSeconds.toFixed(1), (peakBytes / MIB).toFixed(0), growth])
}

const WIDTHS = [42, 24, 8, 8, 9, 8]

function line(cells: readonly string[]): string {
  return cells
    .map((cell, index) => (index < 2 ? cell.padEnd(WIDTHS[index]!) : cell.padStart(WIDTHS[index]!)))
    .join(' ')
    .trimEnd()
}
