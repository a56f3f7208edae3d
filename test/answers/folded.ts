const COLUMNS = 200

/**
 * JSON that people read: what fits a line stands on one, the rest a member a line.
 * @returns the text, without a line end
 */
export function folded(value: unknown, indent = 0, before = 0): string {
  const flat = JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return flat
  const spaced = Array.isArray(value)
    ? `[${value.map((each) => folded(each, 0, Number.NEGATIVE_INFINITY)).join(', ')}]`
    : `{ ${Object.entries(value)
        .map(([key, each]) => `${key}: ${folded(each, 0, Number.NEGATIVE_INFINITY)}`)
        .join(', ')} }`
  if (indent + before + spaced.length <= COLUMNS) return spaced
  const pad = ' '.repeat(indent + 2)
  const members = Array.isArray(value)
    ? value.map((each) => folded(each, indent + 2))
    : Object.entries(value).map(([key, each]) => `${key}: ${folded(each, indent + 2, key.length + 2)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${members.map((each) => `${pad}${each}`).join('\n')}\n${' '.repeat(indent)}${close}`
}
