import type { Accuracy } from '../../src/catalog/accuracy.ts'
import type { MeasuredRecord } from '../../src/measurements/record.ts'
import type { Validation } from '../../src/measurements/validation.ts'
import { blocks, escaped, markdownTable } from '../../src/report/markdown/blocks.ts'
import {
  BREAKDOWN_CELLS,
  breakdownTable,
  overallTable,
  verdictTable,
  wrongCalls,
} from '../../src/report/validation/cells.ts'
import { errorsByKind, leftOut, type Miss, verdicts, worst } from '../../src/report/validation/overview.ts'
import { errorPercent, kindTitles, quantityWords, recordKinds, signedError } from '../../src/report/validation/words.ts'
import { count, percent } from '../../src/units.ts'
import { type TargetRow, targetRows } from './targets.ts'

export interface PageInput {
  readonly records: readonly MeasuredRecord[]
  readonly validation: Validation
  readonly accuracy: Accuracy
  /** Why a record is far off. */
  readonly why: (id: string) => string | undefined
}

/**
 * docs/accuracy.md: what predictions reach on the published runs, by kind, engine, GPU and method, and the runs they miss most.
 * @throws Error where one of those runs has no explanation.
 */
export function accuracyPage({ records, validation, accuracy, why }: PageInput): string {
  const kinds = errorsByKind(validation)
  const sources = new Set(records.map(({ group }) => group)).size
  return blocks([
    '# How far predictions can be trusted',
    '<!-- Written by `npm run validate -- --write`; edits are lost. -->',
    `Every prediction is held against published measured runs: ${count(records.length)} of ${count(sources)} sources, in \`test/measurements\`, each with its source. This page is what \`npm run validate\` prints about them; \`plan validate FILE\` does the same for runs of your own. Errors are |predicted / measured - 1|: median and 90th percentile; the bias is the mean signed error.`,
    'The constants of the laws of speed were fitted to these runs, so the first tables flatter them. What a user with another machine sees is the error of runs that took no part in a fit: it stands below under [Bands](#bands), and on every plan.',
    '## Reached against wanted',
    targetsTable(targetRows(records, validation.records)),
    '![Predicted against measured figures of every run, by kind](accuracy.svg)',
    'Over all runs that state their configuration, also those whose requests queue; 38 runs whose precision the source leaves blank are in the tables below only.',
    ...kinds.flatMap(({ kind, records: runs, overall, breakdowns }) => [
      `## ${kindTitles[kind]}, ${count(runs)} runs`,
      tableOf(overallTable(overall)),
      ...breakdowns
        .filter(({ dimension }) => dimension !== 'outcome')
        .flatMap((breakdown) => [`By ${breakdown.dimension}, ${BREAKDOWN_CELLS}:`, tableOf(breakdownTable(breakdown))]),
    ]),
    '## Whether runs start',
    tableOf(verdictTable(verdicts(validation.records))),
    ...verdicts(validation.records)
      .map(wrongCalls)
      .filter((sentence) => sentence !== null)
      .map((sentence) => `* ${escaped(sentence)}`),
    '## Bands',
    bandsText(accuracy),
    bandsTable(accuracy),
    '## The ten runs of each kind that are furthest off',
    ...recordKinds.flatMap((kind) => {
      const own = validation.records.filter((record) => record.kind === kind)
      return [`### ${kindTitles[kind]}`, missesTable(worst(own, 10, 4), why)]
    }),
    '## Not compared',
    leftOut(validation.records)
      .map(({ reason, ids }) => `* ${escaped(`${reason}: ${ids.join(', ')}`)}`)
      .join('\n'),
    NOT_MODELLED,
  ])
}

function tableOf({ head, rows }: ReturnType<typeof overallTable>): string {
  return markdownTable(head, rows)
}

function targetsTable(rows: readonly TargetRow[]): string {
  const head = [
    { title: 'figure' },
    { title: 'runs', align: 'right' },
    { title: 'median', align: 'right' },
    { title: 'wanted', align: 'right' },
    { title: 'p90', align: 'right' },
    { title: 'wanted', align: 'right' },
    { title: '' },
  ] as const
  return markdownTable(
    head,
    rows.map(({ name, runs, median, p90, wanted }) => {
      const isVerdict = p90 === null
      const reached = isVerdict ? median >= wanted.median : median <= wanted.median && p90 <= (wanted.p90 ?? p90)
      return [
        name,
        count(runs),
        isVerdict ? percent(median) : errorPercent(median),
        isVerdict ? `at least ${percent(wanted.median)}` : percent(wanted.median, 2),
        p90 === null ? '' : errorPercent(p90),
        wanted.p90 === null ? '' : percent(wanted.p90),
        reached ? 'reached' : 'missed',
      ]
    }),
  )
}

function bandsText({ unmeasured_generation_factor: factor }: Accuracy): string {
  return `A plan's figures carry the errors of runs that were left out of the fit: a source, where others still measured its engine; else a model of a source. A GPU without a run takes the errors of GPUs left out, a generation or format without one ${factor} times those, an engine without one those of engines left out. \`±\` is the 80th percentile; a plan is *safe* where its memory and targets hold at the 95th percentile, *tight* where they hold at the median error, *optimistic* below that or where no measured run stands behind its speed. \`headroom: p95\` keeps free what the 95th percentile of the memory error asks for. The rows below are the widest groups; \`catalogs/physics/accuracy.yaml\` has those by engine and GPU generation, and \`npm run calibrate\` prints fitted beside held-out errors.`
}

const FIGURES: Readonly<Record<string, string>> = {
  serving_memory: 'memory of a server, share of the GPU',
  training_memory: 'peak of training',
  ttft: 'TTFT',
  tpot: 'TPOT',
  rate: 'output tokens/s',
  training_rate: 'training tokens/s',
}
const LEFT_OUT: Readonly<Record<string, string>> = {
  source: 'sources',
  model: 'models of a source',
  gpu: 'GPUs',
  program: 'engines or trainers',
}

function bandsTable({ rows }: Accuracy): string {
  const head = [
    { title: 'figure' },
    { title: 'models' },
    { title: 'left out' },
    { title: 'figures', align: 'right' },
    { title: 'median', align: 'right' },
    { title: '±', align: 'right' },
    { title: '5th', align: 'right' },
    { title: '95th', align: 'right' },
  ] as const
  const widest = rows.filter(
    ({ program, generation, experts }) => program === undefined && generation === undefined && experts !== undefined,
  )
  return markdownTable(
    head,
    widest.map((row) => [
      FIGURES[row.figure] ?? row.figure,
      row.experts === true ? 'mixtures of experts' : 'dense',
      LEFT_OUT[row.left_out] ?? row.left_out,
      count(row.count),
      percent(row.p50),
      percent(row.p80),
      percent(row.low),
      percent(row.high),
    ]),
  )
}

function missesTable(misses: readonly Miss[], why: PageInput['why']): string {
  const head = [{ title: 'run' }, { title: 'figure' }, { title: 'error', align: 'right' }, { title: 'why' }] as const
  return markdownTable(
    head,
    misses.map(({ record, quantity, signed }) => {
      const explanation = why(record.id)
      if (explanation === undefined)
        throw new Error(`test/measurements/about/explanations.yaml says nothing of ${record.id}`)
      return [record.id, quantityWords(quantity).title, signedError(signed), explanation]
    }),
  )
}

const NOT_MODELLED = `## What is not modelled

* Serving: speculative decoding and multi-token prediction, disaggregated prefill, swapping of adapters, CPU or disk
  offload, networks between machines, power limits, the queue of a nearly full KV cache (TTFT is then seconds, and the
  plan warns), the tails of latencies: all figures are means.
* Serving memory: vision towers that the catalog does not list, drafters, all-to-all buffers, what other programs take.
* Training: stragglers above 512 GPUs, load imbalance of experts, data loading, CUDA graphs, hyper-connections,
  compression kernels of sparse attention, schedules other than 1F1B and its interleaved form.
* Training memory: staging of offloaded shards, Transformer Engine's FP8 caches, ring buffers of context parallelism,
  fragmentation beyond one factor a trainer.
* No run at all stands behind AMD, Gaudi and TPU, Volta and Turing in serving, offloading in training.`
