import { type Catalog, get } from '../catalog/catalog.ts'
import { type Architecture, architectureSchema, UNKNOWN_POSITIONS } from '../catalog/model.ts'
import { layerRangeProblem } from '../model/layers.ts'
import { countParameters } from '../model/parameters.ts'
import { describeModel, type ModelTensors } from '../model/tensors.ts'
import type { InlineArchitecture, RecordModel } from './record.ts'

/** The model of a record as memory and time need it. */
export interface RecordedModel {
  /** Catalog id; of a described model its size: `24 layers x 2048`. */
  readonly id: string
  readonly tensors: ModelTensors
  /** A mixture of experts. */
  readonly experts: boolean
  /** What the record leaves open about its model, in sentences. */
  readonly assumed: readonly string[]
}

/**
 * Finds or describes the model of a record.
 * @returns a reason where the catalog knows the model by its parameter count alone, or where its layer ranges do not fit together.
 * @throws Error naming the model where the catalog has none of that id: ids are checked when a file is read.
 */
export function recordModel(model: RecordModel, catalog: Catalog): RecordedModel | { skipped: string } {
  if (typeof model === 'string') {
    const { id, architecture } = get(catalog, 'models', model)
    if (architecture === undefined) return { skipped: `${id} is known by its parameter count alone` }
    return recorded(id, describeModel(architecture), [])
  }
  if (!('layers' in model)) return describeInline(model)
  const problem = layerRangeProblem(model)
  if (problem !== undefined) return { skipped: problem }
  const tensors = describeModel(model)
  return recorded(sizeOf(tensors), tensors, [])
}

function recorded(id: string, tensors: ModelTensors, assumed: readonly string[]): RecordedModel {
  return { id, tensors, experts: tensors.kinds.some(({ mlp }) => mlp.kind === 'moe'), assumed }
}

function sizeOf({ layerCount, architecture }: ModelTensors): string {
  return `${layerCount} layers x ${architecture.hidden_size}`
}

/** What the keys of a config.json may leave open. */
interface Open {
  readonly gated: boolean
  readonly tied: boolean
}

/** MLPs with two matrices are this many hidden sizes wide; gated ones are narrower, so that three matrices weigh as much. */
const PLAIN_MLP_WIDTHS = 4

/**
 * A dense decoder by the keys of its config.json. A stated parameter count decides whether its MLP is gated and whether embedding and
 * head are one table: of the counts that the other keys allow, the nearest. Without one, an MLP of at least four hidden sizes is
 * taken as not gated and the tables as separate.
 */
function describeInline(inline: InlineArchitecture): RecordedModel {
  const { parameters, gated_mlp: gated, tie_word_embeddings: tied } = inline
  const candidates = (gated === undefined ? [true, false] : [gated]).flatMap((isGated) =>
    (tied === undefined ? [true, false] : [tied]).map((isTied): Open => ({ gated: isGated, tied: isTied })),
  )
  const described = candidates.map((open) => ({ open, tensors: describeModel(architectureOf(inline, open)) }))
  const isPlain = inline.intermediate_size >= PLAIN_MLP_WIDTHS * inline.hidden_size
  const distance = ({ open, tensors }: (typeof described)[number]): number =>
    parameters === undefined
      ? Number(open.gated === isPlain) + Number(open.tied)
      : Math.abs(countParameters(tensors).total - parameters)
  const chosen = described.reduce((best, next) => (distance(next) < distance(best) ? next : best))
  const why = parameters === undefined ? 'not stated' : 'as the parameter count has it'
  const assumed: string[] = []
  if (gated === undefined) assumed.push(`MLP: ${chosen.open.gated ? 'gated' : 'not gated'}, ${why}`)
  if (tied === undefined) assumed.push(`embedding and head: ${chosen.open.tied ? 'one table' : 'two tables'}, ${why}`)
  return recorded(sizeOf(chosen.tensors), chosen.tensors, assumed)
}

function architectureOf(inline: InlineArchitecture, { gated, tied }: Open): Architecture {
  const { hidden_size: hidden, num_attention_heads: heads, max_position_embeddings: positions } = inline
  return architectureSchema.parse({
    hidden_size: hidden,
    vocabulary_size: inline.vocab_size,
    tied_embeddings: tied,
    // Nothing is said of the longest sequence, so none is refused and no rotary table is counted.
    ...(positions === undefined ? { max_positions: UNKNOWN_POSITIONS, rope_tables: [] } : { max_positions: positions }),
    layers: [
      {
        layers: `0-${inline.num_hidden_layers - 1}`,
        attention: {
          kind: 'softmax',
          heads,
          kv_heads: inline.num_key_value_heads ?? heads,
          head_dim: inline.head_dim ?? hidden / heads,
        },
        mlp: { kind: 'dense', intermediate_size: inline.intermediate_size, gated },
      },
    ],
  })
}
