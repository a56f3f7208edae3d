import type { Architecture } from '../../../catalog/model.ts'
import { type ConfigKeys, NotExpressible } from '../family.ts'
import { Fields, type Values } from '../fields.ts'
import type { Shape } from '../shape.ts'

/** An image tower with its projector into the text model. */
export interface Tower {
  /** What the file says of the tower; nothing where the file has none. */
  read(file: Fields, hidden: number): Partial<Shape>
  /** `vision_config`, where a published tower has as many parameters as the model. */
  write(architecture: Architecture): ConfigKeys
}

export interface TowerTraits {
  /** The key under which the tower stands. */
  readonly key?: string
  /** Class defaults of keys that published files leave out. */
  readonly defaults?: Values
  /** Parameters of the tower and its projector for a text model of that width. */
  readonly count: (vision: Fields, hidden: number, file: Fields) => number
  /** The image that engines profile with. */
  readonly image?: (vision: Fields, file: Fields) => Shape['vision_image']
  /** Published towers, any of which a model may have: keys beside the defaults. */
  readonly published: readonly Values[]
  /** Keys of the file outside `vision_config` that belong to it. */
  readonly beside?: Values
}

/** A tower counted from the keys of `vision_config`. */
export function towerOf(traits: TowerTraits): Tower {
  const { key = 'vision_config' } = traits
  const counted = (vision: Fields, hidden: number, file: Fields): Partial<Shape> => {
    const own = vision.withDefaults(traits.defaults)
    const image = traits.image?.(own, file)
    return {
      vision_parameters: traits.count(own, hidden, file),
      ...(image === undefined ? {} : { vision_image: image }),
    }
  }
  return {
    read(file, hidden) {
      const vision = file.inner(key)
      return vision === undefined ? {} : counted(vision, hidden, file)
    },
    write({ vision_parameters: wanted, hidden_size: hidden }) {
      if (wanted === 0) return {}
      const found = traits.published.find((keys) => {
        const file = Fields.of('config.json', { ...traits.beside, [key]: keys })
        return counted(file.inner(key) ?? file, hidden, file).vision_parameters === wanted
      })
      if (found === undefined) throw new NotExpressible(`no published image tower has ${wanted} parameters`)
      return { ...traits.beside, [key]: found }
    },
  }
}
