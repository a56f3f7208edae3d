/** The compiled catalogs of this package, which the build writes (package.json, `imports`). */
declare module '#catalogs' {
  const data: unknown
  export default data
}
