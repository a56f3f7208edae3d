import { figure } from '../figure.ts'
import { expertRanks, localParameters, localTrainable, type RunContext } from './context.ts'
import { type Links, ringBytesPerSecond } from './links.ts'

/** Seconds of traffic that may hide under compute. */
export interface Traffic {
  readonly seconds: number
  readonly formula: () => string
}

const NO_TRAFFIC: Traffic = { seconds: 0, formula: () => 'none' }

/**
 * What of the traffic shows: compute hides it up to a share H of itself, and 1 - H of the traffic is never hidden:
 * max(traffic - H x compute, (1 - H) x traffic).
 */
export function exposedSeconds(traffic: number, hidden: number, compute: number): number {
  return Math.max(traffic - hidden * compute, (1 - hidden) * traffic)
}

/** H of the links that the run uses. */
export function hiddenShare({ links, physics }: Pick<RunContext, 'links' | 'physics'>): number {
  return (links.isPcie ? physics.hidden_sharding.pcie : physics.hidden_sharding.fabric).value
}

/** Ranks of a group whose neighbours are `stride` GPUs apart: GPUs spanned, and ranks on one machine. */
function ring(links: Links, ranks: number, stride: number): number {
  return ringBytesPerSecond(links, ranks * stride, Math.min(ranks, links.node / stride))
}

/**
 * ZeRO-3 and FSDP full shard, every micro-step: weights are gathered for forward and backward, gradients scattered where weights are
 * trained; each moves (S-1)/S of the parameters (ZeRO, arXiv 1910.02054). Parameters kept in host memory come over PCIe as well.
 */
export function shardTraffic(context: RunContext): Traffic {
  const { configuration, physics, links, passes } = context
  const { zeroStage, shardDegree: ranks, method, offload, tensorParallel: t, expertParallel: e } = configuration
  if (zeroStage < 3) return NO_TRAFFIC
  const gather = (method === 'qlora' ? physics.gather_bytes.nf4 : physics.gather_bytes.bf16).value
  const scatter = passes.trainsWeights ? physics.scatter_bytes.value : 0
  const each = 2 * gather + scatter
  const { dense, expert } = localParameters(context)
  const forExperts = expertRanks(ranks, configuration)
  const denseRate = ring(links, ranks, t)
  const expertRate = ring(links, forExperts, Math.max(t, e))
  const part = (n: number) => (n - 1) / n
  const hostBytes = offload === 'parameters' ? 2 * gather * (dense / ranks + expert / forExperts) : 0
  const seconds =
    (ranks > 1 ? (each * dense * part(ranks)) / denseRate : 0) +
    (expert > 0 && forExperts > 1 ? (each * expert * part(forExperts)) / expertRate : 0) +
    hostBytes / links.host
  return {
    seconds,
    formula: () => {
      const parts = [
        `${figure(each)} B x ${figure(dense)} parameters x ${ranks - 1}/${ranks} / ${figure(denseRate)} B/s`,
      ]
      if (expert > 0 && forExperts > 1) {
        parts.push(
          `${figure(each)} B x ${figure(expert)} expert parameters x ${figure(part(forExperts))} / ${figure(expertRate)} B/s`,
        )
      }
      if (hostBytes > 0) parts.push(`${figure(hostBytes)} B from host memory / ${figure(links.host)} B/s`)
      return parts.join(' + ')
    },
  }
}

/**
 * Once a step where gradients are not scattered in every micro-step: they are reduced in fp32 (4 B) and updated weights gathered
 * (2 B). With full sharding inside groups (hybrid sharding) the groups reduce the shards among themselves.
 */
export function reduceTraffic(context: RunContext): Traffic {
  const { configuration, physics, links } = context
  const { zeroStage, dataParallel, contextParallel, shardDegree, tensorParallel: t, expertParallel: e } = configuration
  const ranks = dataParallel * contextParallel
  const groups = zeroStage === 3 ? ranks / shardDegree : ranks
  if (groups <= 1) return NO_TRAFFIC
  const shards = zeroStage === 3 ? shardDegree : 1
  const each = physics.reduce_bytes.value + (zeroStage === 3 ? 0 : physics.regather_bytes.value)
  const { dense, expert } = localTrainable(context)
  const forExperts = expertRanks(ranks, configuration)
  const denseRate = ring(links, groups, t * shards)
  const expertRate = ring(links, Math.max(1, forExperts / shards), Math.max(t, e) * shards)
  const seconds =
    (each * dense) / shards / denseRate + (expert > 0 && forExperts > 1 ? (each * expert) / shards / expertRate : 0)
  return {
    seconds,
    formula: () =>
      `${each} B x ${figure(dense / shards)} parameters / ${figure(denseRate)} B/s${expert > 0 && forExperts > 1 ? ` + ${each} B x ${figure(expert / shards)} expert parameters / ${figure(expertRate)} B/s` : ''}`,
  }
}
