import type { Accuracy, AccuracyRow } from '../catalog/accuracy.ts'

/** A figure of a plan for which a band is asked. */
export interface BandQuestion {
  readonly figure: AccuracyRow['figure']
  /** Engine or trainer. */
  readonly program: string
  readonly gpu: string
  readonly generation: string
  readonly experts: boolean
}

/** How far measured runs lay from predictions of their kind that had not seen them. Shares of the figure; of the GPU for memory. */
export interface Band {
  /** Half of such runs lie within this share. */
  readonly typical: number
  /** Four of five lie within this share: what is shown as +-. */
  readonly usual: number
  /** Nineteen of twenty lie above this (negative) share, and below that one. */
  readonly low: number
  readonly high: number
  /** Held-out figures behind it. */
  readonly runs: number
  /** What it rests on, in words. */
  readonly basis: string
}

/**
 * The band of a figure from the record of held-out runs, the closest group first: the program on GPUs of this generation, the program
 * anywhere, the generation with any program, any run. Of a group the errors of sources left out, else of models left out. A GPU without
 * runs takes the errors of GPUs left out; a generation without runs those times a factor; a program without runs those of programs
 * left out.
 */
export function bandOf(accuracy: Accuracy, question: BandQuestion): Band {
  const { figure, program, gpu, generation, experts } = question
  const rows = accuracy.rows.filter((row) => row.figure === figure)
  const isGpuKnown = accuracy.gpus[figure]?.includes(gpu) ?? false
  const isGenerationKnown = accuracy.generations[figure]?.includes(generation) ?? false
  const isProgramKnown = rows.some((row) => row.program === program)
  const leftOut: AccuracyRow['left_out'][] = !isProgramKnown
    ? ['program', 'source']
    : isGpuKnown
      ? ['source', 'model']
      : ['gpu']
  const orders: Partial<AccuracyRow>[] = [
    { program, generation, experts },
    { program, experts },
    { program },
    { generation, experts },
    { experts },
    {},
  ]
  const found = orders
    .flatMap((wanted) => leftOut.map((which) => rows.find((row) => row.left_out === which && matches(row, wanted))))
    .find((row) => row !== undefined)
  if (found === undefined) throw new Error(`no record of held-out runs for ${figure}`)
  const factor = isGpuKnown || isGenerationKnown ? 1 : accuracy.unmeasured_generation_factor
  return {
    typical: factor * found.p50,
    usual: factor * found.p80,
    low: Math.max(-1, factor * found.low),
    high: factor * found.high,
    runs: found.count,
    basis: basisOf(found, question, isGpuKnown, isGenerationKnown, isProgramKnown),
  }
}

function matches(row: AccuracyRow, wanted: Partial<AccuracyRow>): boolean {
  return row.program === wanted.program && row.generation === wanted.generation && row.experts === wanted.experts
}

function basisOf(
  row: AccuracyRow,
  { gpu, generation, program }: BandQuestion,
  isGpuKnown: boolean,
  isGenerationKnown: boolean,
  isProgramKnown: boolean,
): string {
  const who = row.program ?? 'any program'
  const where = row.generation === undefined ? '' : ` on ${row.generation} GPUs`
  const what = row.experts === undefined ? '' : row.experts ? ', mixtures of experts' : ', dense models'
  const runs = `${row.count} held-out runs of ${who}${where}${what}`
  const wider: string[] = []
  if (!isProgramKnown) wider.push(`no run of ${program}`)
  if (!isGenerationKnown) wider.push(`no run on a ${generation} GPU`)
  else if (!isGpuKnown) wider.push(`no run on ${gpu}`)
  return wider.length === 0 ? runs : `${runs}; wider: ${wider.join(', ')}`
}
