import {
  Composer,
  type Document,
  isScalar,
  Lexer,
  LineCounter,
  Parser,
  type YAMLParseError,
  type YAMLWarning,
} from 'yaml'
import { scenarioLimits, type YamlLimits } from '../limits.ts'
import { count } from '../units.ts'
import { type Diagnostic, listed, type Position } from './diagnostic.ts'
import { type Locate, locator } from './yaml-places.ts'
import { Reader, Refusal } from './yaml-values.ts'

export { catalogLimits, scenarioLimits, type YamlLimits } from '../limits.ts'
export type { Locate } from './yaml-places.ts'

export type YamlResult =
  | { ok: true; value: unknown; locate: Locate }
  | { ok: false; diagnostics: readonly Diagnostic[] }

/**
 * Reads one YAML 1.2 document. Refused, with its place: a text that is empty, too large or nested too deep, several documents,
 * duplicate keys, keys that would change the prototype, aliases that refer to themselves or multiply, unknown tags, other versions.
 */
export function parseYaml(text: string, file: string, limits: YamlLimits = scenarioLimits): YamlResult {
  const source = withoutCarriageReturns(text.startsWith('\uFEFF') ? text.slice(1) : text)
  const lines = new LineCounter()
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(Math.max(0, offset), source.length))
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const refuse = (message: string, position: Position, hint?: string): YamlResult => ({
    ok: false,
    diagnostics: [{ severity: 'error', path: [], message, position, ...(hint === undefined ? {} : { hint }) }],
  })
  if (source.length > limits.bytes) {
    return refuse(`the file is too large: ${count(source.length)} characters, at most ${count(limits.bytes)}`, { file })
  }
  const nul = source.indexOf('\0')
  if (nul !== -1) return refuse('the file is not text: it contains a zero byte', { file }, 'save it as UTF-8')
  try {
    const documents = compose(source, lines, limits)
    const first = documents[0]
    if (documents.length > 1) {
      const second = documents[1]
      return refuse('the file holds several documents; put each in its own file', at(second?.range[0] ?? 0))
    }
    const problems = [...(first?.errors ?? []), ...(first?.warnings ?? [])]
    if (problems.length > 0) {
      return { ok: false, diagnostics: listed(problems, (error) => syntaxDiagnostic(error, source, at), file) }
    }
    if (first === undefined || first.contents === null || (isScalar(first.contents) && first.contents.value === null)) {
      return refuse('the file is empty', { file })
    }
    const reader = new Reader(limits)
    const value = reader.read(first.contents, 0)
    if (reader.repeated.length > 0) {
      const repeated = (each: { key: string; offset: number }): Diagnostic =>
        error(`not valid YAML: the key ${JSON.stringify(each.key)} occurs twice`, at(each.offset))
      return { ok: false, diagnostics: listed(reader.repeated, repeated, file) }
    }
    return { ok: true, value, locate: locator(first.contents, at) }
  } catch (thrown) {
    if (thrown instanceof Refusal) return refuse(thrown.message, at(thrown.offset))
    throw thrown
  }
}

/** A carriage return alone ends a line too (YAML 1.2.2, chapter 5.4), which the parser does not know. Offsets stay as they are. */
function withoutCarriageReturns(text: string): string {
  return text.includes('\r') ? text.replace(/\r(?!\n)/g, '\n') : text
}

/**
 * Composing is recursive and takes most of the memory, so nesting and amount are limited while the (iterative) parser reads, before
 * anything is composed.
 */
function compose(source: string, lines: LineCounter, limits: YamlLimits): Document.Parsed[] {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  function* tokens() {
    let pieces = 0
    for (const lexeme of new Lexer().lex(source)) {
      pieces += 1
      if (pieces > limits.pieces) {
        throw new Refusal(`the file holds too much: more than ${count(limits.pieces)} words and marks`, parser.offset)
      }
      for (const token of parser.next(lexeme)) {
        // Version 1.1 reads other values: yes and no, numbers to the base of sixty, binary data, maps that merge.
        if (token.type === 'directive' && /^%YAML(?!\s+1\.2\s*$)/.test(token.source)) {
          throw new Refusal('only version 1.2 of YAML is read; leave the %YAML line out', token.offset)
        }
        yield token
      }
      // Each nested map or list is one entry; the document and a value being read are up to three more.
      if (parser.stack.length > limits.depth + 3) {
        throw new Refusal(`nested too deep: more than ${limits.depth} maps and lists inside each other`, parser.offset)
      }
    }
    yield* parser.end()
  }
  const composer = new Composer({
    prettyErrors: false,
    strict: true,
    keepSourceTokens: false,
    // Reader finds repeated keys itself, in linear time.
    uniqueKeys: false,
    // Only what JSON has: no dates, binary data, sets or ordered maps by their tags.
    schema: 'core',
    resolveKnownTags: false,
    merge: false,
  })
  return withoutStacks(() => [...composer.compose(tokens(), false, source.length)])
}

/** The parser makes an Error of each problem, and most of the time of a text of a million problems goes into stacks that nobody sees. */
function withoutStacks<T>(make: () => T): T {
  // Known to V8 alone, where it costs most.
  const errors: typeof Error & { stackTraceLimit?: number } = Error
  const usual = errors.stackTraceLimit
  if (usual === undefined) return make()
  errors.stackTraceLimit = 0
  try {
    return make()
  } finally {
    errors.stackTraceLimit = usual
  }
}

const syntaxMessages: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab cannot indent; use spaces',
  MULTIPLE_DOCS: 'the file holds several documents; put each in its own file',
  BAD_ALIAS: 'the alias cannot be used here',
  MULTIPLE_ANCHORS: 'a value can have only one anchor',
}

function syntaxDiagnostic(
  problem: YAMLParseError | YAMLWarning,
  source: string,
  at: (offset: number) => Position,
): Diagnostic {
  const [start] = problem.pos
  let message = syntaxMessages[problem.code] ?? problem.message
  const unclosed = /^Flow (?:sequence|map).* end with a (.)$/.exec(message)
  if (unclosed !== null)
    message = `${unclosed[1] === ']' ? 'the list' : 'the map'} is not closed: "${unclosed[1]}" is missing`
  if (/^\s*\t/.test(lineAt(source, start))) message = syntaxMessages.TAB_AS_INDENT ?? message
  return error(`not valid YAML: ${message}`, at(start))
}

function error(message: string, position: Position): Diagnostic {
  return { severity: 'error', path: [], message, position }
}

function lineAt(source: string, offset: number): string {
  const start = source.lastIndexOf('\n', offset - 1) + 1
  const end = source.indexOf('\n', offset)
  return source.slice(start, end === -1 ? undefined : end)
}
