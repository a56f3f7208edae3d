import type { Trust } from '../../catalog/facts.ts'
import type { Trainer } from '../../catalog/trainer.ts'
import { count, gib } from '../../units.ts'
import type { Term, TermName } from '../ledger.ts'
import { type Amount, NOTHING, sum } from './amount.ts'
import { accumulates, type PhaseBytes, tokensPerMicroStep } from './phases.ts'
import { explainInFlight } from './pipeline.ts'
import type { TrainingRank } from './rank.ts'
import type { PhaseName, PreparedConfiguration, TrainingLoad } from './types.ts'

/** What a ledger is written from. */
export interface TermContext {
  readonly rank: TrainingRank
  readonly configuration: PreparedConfiguration
  readonly trainer: Trainer
  readonly load: TrainingLoad
  readonly bytes: Readonly<PhaseBytes>
}

/** Terms of one phase without the runtime: they add up to its live tensors. */
export function phaseTerms(context: TermContext, phase: PhaseName): Term[] {
  const { rank, trainer } = context
  const { placed, working } = rank
  const isLoad = phase === 'load'
  const activationSource: Trust =
    trainer.extra_activation_bytes > 0 || trainer.quantised_input_copies !== undefined ? 'fitted' : 'spec'
  return [
    term('weights', placed.weights, 'spec'),
    term('gradients', gradients(context, phase), 'spec'),
    term('optimizer', optimizer(context, phase), 'spec'),
    term('master_weights', placed.master, 'spec'),
    term('activations', activationsOf(context, phase), activationSource),
    term('loss', lossOf(context, phase), trainer.loss.full.records > 0 ? 'fitted' : 'spec'),
    term('gather_buffers', sum(working.blocks, isLoad ? rank.loadCopies : working.root), 'spec'),
    term('adapters', placed.adapters, 'spec'),
    term('communication', isLoad ? NOTHING : working.reduce, 'spec'),
  ]
}

/** Context and cached blocks: what the device holds beyond live tensors. */
export function runtimeTerm(trainer: Trainer, totalBytes: number, allocatedBytes: number, contextBytes: number): Term {
  const factor = trainer.varying_length_factor
  const { value, records } = factor ?? trainer.slack
  const bytes = totalBytes - allocatedBytes
  const outside = Math.min(bytes, contextBytes)
  return {
    name: 'runtime',
    bytes,
    source: records > 0 ? 'fitted' : 'assumed',
    formula: () => {
      const rule =
        factor === undefined
          ? `slack ${value} x ${gib(allocatedBytes, 3)} of live tensors`
          : `${value} x the loss and live blocks, whose lengths vary`
      return `context ${gib(outside, 3)} + blocks cached by the allocator ${gib(bytes - outside, 3)} (${rule}, as far as the device has room)`
    },
  }
}

function term(name: TermName, { bytes, explain }: Amount, source: Trust): Term {
  return { name, bytes, source, formula: bytes === 0 ? NOTHING.explain : explain }
}

function gradients({ rank, load }: TermContext, phase: PhaseName): Amount {
  const unsharded = rank.working.unsharded(load.gradientAccumulation)
  const { gradients: all } = rank.placed
  switch (phase) {
    case 'backward start':
    case 'block backward':
      return accumulates(rank, load.gradientAccumulation) ? sum(all, unsharded) : unsharded
    case 'backward end':
    case 'optimizer step':
      return sum(all, unsharded)
    case 'load':
      return NOTHING
  }
}

function optimizer({ rank }: TermContext, phase: PhaseName): Amount {
  return phase === 'optimizer step' ? sum(rank.placed.optimizer, rank.placed.temporaries) : rank.placed.optimizer
}

function activationsOf(context: TermContext, phase: PhaseName): Amount {
  const { bytes, rank } = context
  const saved: Amount = { bytes: bytes.saved, explain: () => explainSaved(context) }
  const live: Amount = { bytes: bytes.live, explain: () => `live block ${explainLive(context)}` }
  switch (phase) {
    case 'backward start':
      return saved
    case 'block backward':
      return sum(saved, live, rank.scratch)
    case 'backward end':
      return {
        bytes: bytes.half,
        explain: () => `half a block, ${explainTokens(context)} x (${rank.activations.explainWhole()}) B / 2`,
      }
    case 'optimizer step':
    case 'load':
      return NOTHING
  }
}

function lossOf(context: TermContext, phase: PhaseName): Amount {
  const { bytes, rank } = context
  if (phase !== 'backward start' || rank.loss === null) return NOTHING
  const { explain } = rank.loss
  return { bytes: bytes.loss, explain: () => `(${explain()}) x ${explainTokens(context)}` }
}

function explainSaved(context: TermContext): string {
  const { rank, configuration, load } = context
  const { pipelineParallel, virtualPipeline } = configuration
  const inFlight = explainInFlight(rank.stage.index, pipelineParallel, virtualPipeline, load.gradientAccumulation)
  return `${explainTokens(context)} x ${inFlight} x ${rank.activations.explainStored()} B`
}

function explainLive(context: TermContext): string {
  return `${explainTokens(context)} x (${context.rank.activations.explainLive()}) B`
}

function explainTokens({ configuration, load }: TermContext): string {
  const tokens = count(tokensPerMicroStep(configuration, load))
  const { sequenceLength, contextParallel } = configuration
  const divisor = contextParallel === 1 ? '' : ` / ${contextParallel}`
  return `${tokens} tokens (${load.microBatch} x ${sequenceLength}${divisor})`
}
