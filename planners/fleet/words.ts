/** Up to so many names are all given. */
const FEW = 3

/** `a, b, c`, or `a, b and 4 more`. */
export function namesText(names: readonly string[]): string {
  return names.length > FEW
    ? `${names.slice(0, FEW - 1).join(', ')} and ${names.length - FEW + 1} more`
    : names.join(', ')
}
