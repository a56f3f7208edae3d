import type { Architecture, Model } from '../../catalog/model.ts'
import { nearest } from '../../catalog/suggest.ts'
import { countParameters } from '../../model/parameters.ts'
import { describeModel } from '../../model/tensors.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import { shown } from '../../scenario/fields.ts'
import { families } from './families/index.ts'
import { type ConfigKeys, type Family, NotExpressible } from './family.ts'
import { Fields, isMap, nameOf, type Values } from './fields.ts'
import { quantizationConfigOf, quantizationOf } from './quantization.ts'
import { type ArchitectureInput, architectureOf, grouped } from './shape.ts'

/** What a config.json says of its model. */
export interface ReadConfig {
  readonly modelType: string
  /** Class name in `architectures`; of the model type where the file names none. */
  readonly class: string
  readonly architecture: Architecture
  /** The same as a catalog file writes it, without what is left to defaults. */
  readonly written: ArchitectureInput
  /** Weight format of the checkpoint: a quantization id, where `quantization_config` is there and known. */
  readonly quantization?: { readonly scheme: string; readonly note?: string }
  /** Layers for drafts (multi-token prediction) that the checkpoint may hold beyond those of the model. */
  readonly draftLayers: number
  /** What was taken from class defaults, left out or not understood, in sentences. */
  readonly notes: readonly string[]
}

/**
 * The architecture that a config.json describes.
 * @param config the parsed file
 * @throws InputError for an unknown model type or a missing or unknown field, with the field's path in the file.
 */
export function readConfig(config: unknown): ReadConfig {
  if (!isMap(config)) throw inputError(`config.json should be a map of keys, got ${shown(config)}`)
  const { family, modelType, className } = familyOf(config)
  const fields = Fields.of(`config.json of model_type ${modelType}`, config)
  const shape = family.read(fields)
  const architecture = architectureOf(shape)
  refuseNonsense(architecture, modelType)
  const quantization = quantizationOf(config)
  return {
    modelType,
    class: className,
    architecture,
    written: grouped(shape),
    ...(quantization.scheme === undefined
      ? {}
      : {
          quantization: {
            scheme: quantization.scheme,
            ...(quantization.note === undefined ? {} : { note: quantization.note }),
          },
        }),
    draftLayers: draftLayersOf(config),
    notes: [...fields.assumed, ...omissions(config, architecture), ...quantization.problems],
  }
}

/** The family of a file: by its class where one is named, else by its model type. */
function familyOf(config: Values): { family: Family; modelType: string; className: string } {
  const type = config.model_type
  const [stated] = Array.isArray(config.architectures) ? config.architectures : []
  const byClass = typeof stated === 'string' ? families.find((family) => classesOf(family).includes(stated)) : undefined
  const byType = typeof type === 'string' ? families.find((family) => Object.hasOwn(family.types, type)) : undefined
  // A class of its own says more than the type: Kimi K2 is a DeepseekV3ForCausalLM whatever its type is called.
  const generative = typeof stated === 'string' && /For(CausalLM|ConditionalGeneration)$/.test(stated)
  const family = generative ? byClass : (byClass ?? byType)
  if (family === undefined) throw unknownType(type, stated)
  const modelType = typeof type === 'string' ? type : (Object.keys(family.types)[0] ?? '')
  const className = typeof stated === 'string' ? stated : (family.types[modelType] ?? '')
  return { family, modelType, className }
}

function classesOf(family: Family): readonly string[] {
  return [...Object.values(family.types), ...(family.alsoClasses ?? [])]
}

function unknownType(type: unknown, stated: unknown) {
  const known = families.flatMap((family) => Object.keys(family.types))
  if (typeof type !== 'string' && typeof stated !== 'string') {
    return inputError('config.json: the field "model_type" is missing, so nothing says what its other fields mean', {
      path: ['model_type'],
      hint: `known: ${[...new Set(known)].sort().join(', ')}`,
    })
  }
  const near = typeof type === 'string' ? nearest(type, known)[0] : undefined
  const same = typeof type === 'string' && known.includes(type)
  const name = same ? `class ${nameOf(stated)} of model_type ${type}` : `model_type ${nameOf(type ?? stated)}`
  const alike = near === undefined || same ? '' : `; ${near} is known`
  return inputError(`config.json: the ${name} is not known, and its fields are not guessed${alike}`, {
    path: [same ? 'architectures' : 'model_type'],
    hint:
      'a catalog entry can be written by hand (plan catalog show llama-3.1-8b has the form): hidden_size, vocabulary_size, ' +
      'tied_embeddings, max_positions, and for each layer its attention (heads, kv_heads, head_dim) and MLP (intermediate_size, experts)',
  })
}

/** Largest model that can be meant, parameters: guards against numbers that overflow what is computed from them. */
const MOST_PARAMETERS = 1e15

function refuseNonsense(architecture: Architecture, modelType: string): void {
  const { total } = countParameters(describeModel(architecture))
  if (Number.isFinite(total) && total <= MOST_PARAMETERS) return
  throw inputError(`config.json of model_type ${modelType} describes ${total.toExponential(1)} parameters`)
}

/** Keys under which families count their layers for drafts. */
const DRAFT_KEYS = [
  'num_nextn_predict_layers',
  'num_mtp_modules',
  'num_mtp_layers',
  'mtp_num_hidden_layers',
  'mtp_num_layers',
]

function draftLayersOf(config: Values): number {
  const places = [config, isMap(config.text_config) ? config.text_config : {}]
  const stated = places.flatMap((place) => DRAFT_KEYS.map((key) => place[key]))
  return Math.max(0, ...stated.filter((value): value is number => typeof value === 'number'))
}

/** Parts of the file that the architecture does not hold. */
function omissions(config: Values, architecture: Architecture): string[] {
  const notes: string[] = []
  if (isMap(config.vision_config) && architecture.vision_parameters === 0) {
    notes.push('vision_config: the image tower of this type is not counted')
  }
  if (isMap(config.audio_config)) notes.push('audio_config: the audio tower is not counted')
  return notes
}

/**
 * The config.json of a model: its class, its model type and the keys its family is read by. Reading it again gives the same
 * architecture.
 * @throws NotExpressible where the model has no published form.
 */
export function configOf(model: Model): ConfigKeys {
  const { architecture, class: className } = model
  if (architecture === undefined) throw new NotExpressible(`${model.id} is known by its parameter count alone`)
  if (className === undefined) throw new NotExpressible(`${model.id} has no class of transformers`)
  const family = families.find(({ types }) => Object.values(types).includes(className))
  const type = Object.entries(family?.types ?? {}).find(([, name]) => name === className)?.[0]
  if (family === undefined || type === undefined) throw new NotExpressible(`the class ${className} is not known`)
  const scheme = model.native_quantization?.scheme
  return {
    architectures: [className],
    model_type: type,
    ...family.write(architecture),
    ...(scheme === undefined ? {} : quantizationConfigOf(scheme)),
  }
}
