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
  const { p50: typical, p80: usual, low, high, count: runs } = found
  const basis = basisOf(found, question, isGpuKnown, isGenerationKnown, isProgramKnown)
  const known = { typical, usual, low, high, runs, basis }
  return isGpuKnown || isGenerationKnown ? known : widened(known, accuracy.unmeasured_generation_factor, null)
}

/** A band so many times as wide, counted in factors: twice 20 % too much is 44 %, twice 20 % too little 36 %. */
export function widened(band: Band, factor: number, because: string | null): Band {
  const wider = (share: number): number => (1 + share) ** factor - 1
  return {
    typical: wider(band.typical),
    usual: wider(band.usual),
    low: wider(band.low),
    high: wider(band.high),
    runs: band.runs,
    basis: because === null ? band.basis : `${band.basis}; wider: ${because}`,
  }
}

/** The band of a duration from that of a rate, and the reverse: a rate 20 % lower takes 25 % longer. */
export function inverse(band: Band): Band {
  return { ...band, low: 1 / (1 + band.high) - 1, high: 1 / (1 + band.low) - 1 }
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
