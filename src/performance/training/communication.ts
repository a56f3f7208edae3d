import { figure } from '../figure.ts'
import type { RunContext } from './context.ts'
import { ringBytesPerSecond } from './links.ts'
import type { TimeTerm } from './term.ts'

/** Bytes of an activation. */
const ACTIVATION_BYTES = 2

/** Traffic of activations between the ranks of tensor, context and expert groups, before any of it hides under compute. */
export function activationTraffic(context: RunContext): TimeTerm[] {
  const { tensorParallel, contextParallel, expertParallel } = context.configuration
  const terms: TimeTerm[] = []
  if (tensorParallel > 1) terms.push(tensorTraffic(context))
  if (contextParallel > 1) terms.push(contextTraffic(context))
  if (expertParallel > 1) terms.push(...expertTraffic(context))
  return terms
}

/** All-reduces of a layer (or as many pairs of gather and scatter): each moves 2 (t-1)/t of T x h values (arXiv 1909.08053). */
function tensorTraffic({ work, passes, links, configuration }: RunContext): TimeTerm {
  const { tensorParallel: t, pipelineParallel: p } = configuration
  const rate = ringBytesPerSecond(links, t, Math.min(t, links.node))
  const layers = work.mixerLayers / p
  const bytes = passes.allReduces * 2 * ((t - 1) / t) * ACTIVATION_BYTES * work.hiddenSize * layers
  return {
    name: 'tensor_parallel',
    secondsPerToken: bytes / rate,
    seconds: 0,
    formula: (tokens) =>
      `${passes.allReduces} all-reduces x 2 x ${t - 1}/${t} x ${ACTIVATION_BYTES} B x ${figure(tokens)} tokens x ${work.hiddenSize} x ${figure(layers)} layers / ${figure(rate)} B/s`,
  }
}

/** Ring or all-to-all over the sequence: queries, keys and values there and back, forward and backward: 8 B a value. */
function contextTraffic({ work, passes, links, configuration }: RunContext): TimeTerm {
  const { tensorParallel: t, pipelineParallel: p, contextParallel: c } = configuration
  const rate = ringBytesPerSecond(links, t * c, 1)
  const values = (work.hiddenSize * work.mixerLayers + work.keyValueWidth) / (t * p)
  const bytes = 4 * ACTIVATION_BYTES * values * ((c - 1) / c) * passes.elementwise
  return {
    name: 'context_parallel',
    secondsPerToken: bytes / rate,
    seconds: 0,
    formula: (tokens) =>
      `${4 * ACTIVATION_BYTES} B x ${figure(tokens)} tokens x ${figure(values)} values x ${c - 1}/${c} x ${figure(passes.elementwise)} / ${figure(rate)} B/s`,
  }
}

/** Dispatch and combine, forward and backward. Copies of a token for one machine cross the network together. */
function expertTraffic({ work, passes, links, configuration, physics }: RunContext): TimeTerm[] {
  const { tensorParallel: t, pipelineParallel: p, expertParallel: e } = configuration
  const inside = e <= links.domain
  const rate = ringBytesPerSecond(links, e, 1)
  return work.experts.map((experts): TimeTerm => {
    const most = inside ? experts.expertsPerToken : physics.expert_network_copies.value
    const copies = Math.min(experts.expertsPerToken, most)
    const layers = experts.layers / p
    const bytes = (4 / t) * copies * ACTIVATION_BYTES * experts.width * layers * ((e - 1) / e) * passes.elementwise
    return {
      name: 'expert_parallel',
      secondsPerToken: bytes / rate,
      seconds: 0,
      formula: (tokens) =>
        `4 x ${figure(tokens)} tokens / ${t} x ${copies} copies x ${ACTIVATION_BYTES} B x ${experts.width} x ${figure(layers)} layers x ${e - 1}/${e} x ${figure(passes.elementwise)} / ${figure(rate)} B/s`,
    }
  })
}
