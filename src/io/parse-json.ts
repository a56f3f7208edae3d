import { InputError, inputError } from '../scenario/diagnostic.ts'
import { readJson } from '../scenario/json.ts'
import { catalogLimits, parseYaml } from '../scenario/yaml.ts'

/**
 * A JSON text as published configurations have it: also with the NaN and Infinity that Python writes.
 * @throws InputError at file:line:column
 */
export function parseJson(text: string, file: string): unknown {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  try {
    return readJson(withoutNotNumbers(source), file)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // The place of the error, from the parser that knows places: JSON is YAML.
    const parsed = source.length > catalogLimits.bytes ? null : parseYaml(source, file, catalogLimits)
    if (parsed?.ok === false) throw new InputError(parsed.diagnostics)
    throw inputError('the file is not JSON', { position: { file } })
  }
}

/** NaN and infinities become null: no field that matters holds one. */
function withoutNotNumbers(text: string): string {
  if (!/\b(NaN|Infinity)\b/.test(text)) return text
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (match) => (match.startsWith('"') ? match : 'null'))
}

/** Runs `read`, and places the errors of fields where they stand in the text. */
export function atPlaces<T>(text: string, file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const parsed = parseYaml(text, file, catalogLimits)
    throw new InputError(
      error.diagnostics.map((each) => {
        if (each.position !== undefined) return each
        const position = parsed.ok ? parsed.locate(each.path, 'value') : { file }
        return { ...each, position }
      }),
    )
  }
}
