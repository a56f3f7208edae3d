import type { Architecture } from '../../catalog/model.ts'
import type { Fields } from './fields.ts'
import type { Shape } from './shape.ts'

/** Keys of a config.json that are to be written. */
export type ConfigKeys = Record<string, unknown>

/** Architectures whose config.json has the same keys: how they are read, and how they are written. */
export interface Family {
  /** `model_type` -> name of the class in `architectures`, as published repositories have them. */
  readonly types: Readonly<Record<string, string>>
  /** Further class names that are read but not written. */
  readonly alsoClasses?: readonly string[]
  /** @throws InputError that names the key which is missing or not known. */
  read(fields: Fields): Shape
  /** @throws NotExpressible where the architecture has no config.json of this family. */
  write(architecture: Architecture): ConfigKeys
}

/** An architecture that a family's config.json cannot say. */
export class NotExpressible extends Error {}
