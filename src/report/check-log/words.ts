import { agreement, type CheckedFigure, type LogCheck } from '../../logs/check.ts'
import type { StartLog } from '../../logs/start-log.ts'
import { BYTES_PER_GIB, count, fixed, gib, percent } from '../../units.ts'
import type { Column } from '../table.ts'
import { errorPercent, quantityWords, signedError } from '../validation/words.ts'
import { counted } from '../words.ts'

const ENGINE_NAMES: Readonly<Record<StartLog['engine'], string>> = {
  vllm: 'vLLM',
  sglang: 'SGLang',
  'llama.cpp': 'llama.cpp',
}

/** What was found, in a line: engine, version, model, GPUs and the settings that decide memory. */
export function foundSentence({ log, subject }: LogCheck): string {
  const { flags, engine } = log
  const { model, quantization, kvCache, gpu, gpus, version } = subject
  const name = `${ENGINE_NAMES[engine]}${version === null ? '' : ` ${version}`}`
  return [
    `${name}: ${model.id} in ${quantization} on ${count(gpus)}x ${gpu.id}`,
    ...degrees(flags),
    ...(flags.utilization === undefined ? [] : [`utilization ${flags.utilization}`]),
    ...(flags.context === undefined ? [] : [`context ${count(flags.context)}`]),
    ...(kvCache === undefined ? [] : [`KV cache ${kvCache}`]),
    ...(flags.max_sequences === undefined ? [] : [counted(flags.max_sequences, 'sequence')]),
    ...(flags.max_batched_tokens === undefined ? [] : [`${count(flags.max_batched_tokens)} batched tokens`]),
    ...(flags.eager === true ? ['eager'] : []),
  ].join(', ')
}

function degrees(flags: StartLog['flags']): string[] {
  const named = [
    ['tensor', flags.tensor_parallel],
    ['pipeline', flags.pipeline_parallel],
    ['data', flags.data_parallel],
    ['expert', flags.expert_parallel],
  ] as const
  return named.flatMap(([name, degree = 1]) => (degree > 1 ? [`${name} parallel ${degree}`] : []))
}

export const FIGURES: readonly Column[] = [
  { title: 'quantity' },
  { title: 'log', align: 'right' },
  { title: 'predicted', align: 'right' },
  { title: 'difference', align: 'right' },
  { title: 'line', align: 'right', spare: true },
]

/** A figure as cells of {@link FIGURES}. */
export function figureRow(figure: CheckedFigure, { subject }: LogCheck): string[] {
  const { title, print } = quantityWords(figure.quantity)
  const { logged, predicted, line } = figure
  const difference = predicted === null ? '-' : differenceText(figure, predicted, subject.gpu.memory.usable_gib)
  return [title, print(logged), predicted === null ? '-' : print(predicted), difference, String(line)]
}

/** Of a room, which is what is left over, the share of the GPU says more than the share of the room. */
function differenceText({ quantity, logged }: CheckedFigure, predicted: number, deviceGib: number): string {
  const difference = predicted - logged
  const relative = logged === 0 ? '' : signedError(difference / Math.abs(logged))
  if (quantity === 'kv_tokens') return relative === '' ? count(Math.round(difference)) : relative
  const rounded = fixed(Math.abs(difference), 2)
  const size = `${Number(rounded) === 0 ? '' : difference < 0 ? '-' : '+'}${rounded} GiB`
  if (quantity === 'kv_cache_gib') return `${size} (${errorPercent(difference / deviceGib)} of the GPU)`
  return relative === '' ? size : `${size} (${relative})`
}

const FAILED: Readonly<Record<'oom' | 'rejected', string>> = {
  oom: 'It ran out of memory',
  rejected: 'The engine refused to start',
}

export interface Verdict {
  readonly sentence: string
  readonly mark: 'good' | 'bad' | 'warning'
}

/** Whether the start went as predicted, in a sentence. */
export function verdict(check: LogCheck): Verdict {
  const { log, prediction, skipped } = check
  const outcome = log.outcome === 'ok' ? 'It started' : FAILED[log.outcome]
  switch (agreement(check)) {
    case 'agrees':
      return log.outcome === 'ok'
        ? { sentence: 'It started, as predicted.', mark: 'good' }
        : { sentence: `${outcome}, as predicted: ${doesNotFit(prediction?.fits)}.`, mark: 'good' }
    case 'agrees-tightly':
      return {
        sentence: 'It started, and the prediction fits only without the headroom that plans keep.',
        mark: 'warning',
      }
    case 'started-unexpectedly':
      return { sentence: 'It started, but by the prediction it does not fit.', mark: 'bad' }
    case 'failed-unexpectedly':
      return { sentence: `${outcome}, but by the prediction it fits.`, mark: 'bad' }
    case 'unknown':
      return {
        sentence: `${outcome}; nothing is predicted: ${skipped ?? 'the model has no verdict'}.`,
        mark: 'warning',
      }
  }
}

function doesNotFit(fits: boolean | undefined): string {
  return fits === true ? 'it fits only without the headroom that plans keep' : 'it does not fit'
}

/** The line that says why a start failed. */
export function failureText({ log: { failure } }: LogCheck): string[] {
  return failure === null ? [] : [`Line ${count(failure.line)}: ${failure.text}`]
}

/** What the prediction takes for granted. */
export function assumedSentences({ subject, prediction, tokensFromRoom }: LogCheck): string[] {
  return [
    ...subject.assumed,
    ...(prediction?.assumed ?? []),
    ...(tokensFromRoom
      ? ["KV cache tokens are predicted from the room that the log prints, not from the model's own."]
      : []),
  ]
}

/** Of the memory that the engine read from the driver, where it differs from the catalog's by more than rounding. */
export function deviceNote({ log: { deviceGib }, subject: { gpu } }: LogCheck): string[] {
  if (deviceGib === null) return []
  const { usable_gib: known } = gpu.memory
  const share = deviceGib / known - 1
  if (Math.abs(share) < 0.005) return []
  const print = (value: number): string => gib(value * BYTES_PER_GIB, 2)
  return [
    `The log's GPU has ${print(deviceGib)}, ${gpu.id} of the catalog ${print(known)} (${percent(Math.abs(share))} apart): the room follows it.`,
  ]
}
