/** A value as its schema reads it, of which nothing is to be changed: what is printed may be put together from parts that others own. */
export type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Immutable<T[Key]> }
    : T
