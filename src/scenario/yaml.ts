import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  type YAMLError,
} from 'yaml'
import { BYTES_PER_GIB, count } from '../units.ts'
import type { Diagnostic, Path, Position } from './diagnostic.ts'

/** Finds where a value (or, with `key`, its key) stands. The deepest ancestor that exists answers for what does not. */
export type Locate = (path: Path, target?: 'value' | 'key') => Position

export interface YamlLimits {
  /** Largest text. */
  bytes: number
  /** Deepest nesting of maps and lists. */
  depth: number
  /** Most values after aliases are followed. */
  values: number
}

const MIB = BYTES_PER_GIB / 1024
/** A scenario is a page; a catalog file holds hundreds of entries. Both limits are far above real files and far below harm. */
export const scenarioLimits: YamlLimits = { bytes: MIB, depth: 40, values: 100_000 }
export const catalogLimits: YamlLimits = { bytes: 16 * MIB, depth: 40, values: 2_000_000 }

export type YamlResult =
  | { ok: true; value: unknown; locate: Locate }
  | { ok: false; diagnostics: readonly Diagnostic[] }

class Refusal extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/**
 * Reads one YAML 1.2 document. Refused, with its place: a text that is empty, too large or nested too deep, several documents,
 * duplicate keys, keys that would change the prototype, aliases that refer to themselves or multiply, unknown tags.
 */
export function parseYaml(text: string, file: string, limits: YamlLimits = scenarioLimits): YamlResult {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  const lines = new LineCounter()
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(Math.max(0, offset), source.length))
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const refuse = (message: string, position: Position): YamlResult => ({
    ok: false,
    diagnostics: [{ severity: 'error', path: [], message, position }],
  })
  if (source.length > limits.bytes) {
    return refuse(`the file is too large: ${count(source.length)} characters, at most ${count(limits.bytes)}`, { file })
  }
  const nul = source.indexOf('\0')
  if (nul !== -1) return refuse('the file is not text: it contains a zero byte', { file })
  try {
    const documents = compose(source, lines, limits)
    const first = documents[0]
    if (documents.length > 1) {
      const second = documents[1]
      return refuse('the file holds several documents; put each in its own file', at(second?.range[0] ?? 0))
    }
    const problems = [...(first?.errors ?? []), ...(first?.warnings ?? [])]
    if (problems.length > 0) {
      return { ok: false, diagnostics: problems.map((error) => syntaxDiagnostic(error, source, at)) }
    }
    if (first === undefined || first.contents === null || (isScalar(first.contents) && first.contents.value === null)) {
      return refuse('the file is empty', { file })
    }
    const value = new Reader(limits).read(first.contents, 0)
    return { ok: true, value, locate: locator(first.contents, at) }
  } catch (error) {
    if (error instanceof Refusal) return refuse(error.message, at(error.offset))
    throw error
  }
}

/** Composing is recursive, so the nesting is limited while the (iterative) parser reads, before anything is composed. */
function compose(source: string, lines: LineCounter, limits: YamlLimits): Document.Parsed[] {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  function* tokens() {
    for (const lexeme of new Lexer().lex(source)) {
      yield* parser.next(lexeme)
      // Each nested map or list is one entry; the document and a value being read are up to three more.
      if (parser.stack.length > limits.depth + 3) {
        throw new Refusal(`nested too deep: more than ${limits.depth} maps and lists inside each other`, parser.offset)
      }
    }
    yield* parser.end()
  }
  return [
    ...new Composer({ prettyErrors: false, strict: true, keepSourceTokens: false }).compose(
      tokens(),
      false,
      source.length,
    ),
  ]
}

const syntaxMessages: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab cannot indent; use spaces',
  MULTIPLE_DOCS: 'the file holds several documents; put each in its own file',
  BAD_ALIAS: 'the alias cannot be used here',
  MULTIPLE_ANCHORS: 'a value can have only one anchor',
}

function syntaxDiagnostic(error: YAMLError, source: string, at: (offset: number) => Position): Diagnostic {
  const [start] = error.pos
  const rest = source.slice(start, start + 200)
  let message = syntaxMessages[error.code] ?? error.message
  const unclosed = /^Flow (?:sequence|map).* end with a (.)$/.exec(message)
  if (unclosed !== null)
    message = `${unclosed[1] === ']' ? 'the list' : 'the map'} is not closed: "${unclosed[1]}" is missing`
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^(?:"([^"]*)"|'([^']*)'|([^:\n]*))/.exec(rest)
    message = `the key ${JSON.stringify((key?.[1] ?? key?.[2] ?? key?.[3] ?? '').trim())} occurs twice`
  }
  if (/^\s*\t/.test(lineAt(source, start)) && error.code !== 'DUPLICATE_KEY')
    message = syntaxMessages.TAB_AS_INDENT ?? message
  return { severity: 'error', path: [], message: `not valid YAML: ${message}`, position: at(start) }
}

function lineAt(source: string, offset: number): string {
  const start = source.lastIndexOf('\n', offset - 1) + 1
  const end = source.indexOf('\n', offset)
  return source.slice(start, end === -1 ? undefined : end)
}

const PROTOTYPE_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

/** Turns nodes into plain values, following aliases with a budget. */
class Reader {
  private readonly anchors = new Map<string, Node>()
  private readonly open = new Set<Node>()
  private readonly limits: YamlLimits
  private values = 0
  /** Place of the alias that is being followed; the values behind it stand elsewhere. */
  private aliasOffset: number | undefined

  constructor(limits: YamlLimits) {
    this.limits = limits
  }

  read(node: Node | null, depth: number): unknown {
    if (node === null) return null
    const offset = this.aliasOffset ?? node.range?.[0] ?? 0
    this.values += 1
    if (this.values > this.limits.values) {
      throw new Refusal(`aliases make the file too large: more than ${count(this.limits.values)} values`, offset)
    }
    if (depth > this.limits.depth) {
      throw new Refusal(`nested too deep: more than ${this.limits.depth} maps and lists inside each other`, offset)
    }
    if (isAlias(node)) {
      const target = this.anchors.get(node.source)
      if (target === undefined) throw new Refusal(`the alias *${node.source} has no anchor before it`, offset)
      if (this.open.has(target))
        throw new Refusal(`the alias *${node.source} refers to a value that contains it`, offset)
      const outer = this.aliasOffset
      this.aliasOffset = offset
      const value = this.read(target, depth)
      this.aliasOffset = outer
      return value
    }
    if ('anchor' in node && node.anchor !== undefined) this.anchors.set(node.anchor, node)
    if (isScalar(node)) return node.value
    this.open.add(node)
    const value = isSeq(node)
      ? node.items.map((item) => this.read(item as Node | null, depth + 1))
      : this.readMap(node, depth, offset)
    this.open.delete(node)
    return value
  }

  private readMap(node: Node, depth: number, offset: number): Record<string, unknown> {
    if (!isMap(node)) throw new Refusal('this kind of value is not supported', offset)
    const result: Record<string, unknown> = {}
    for (const pair of node.items) {
      const key = keyText(pair.key)
      const keyOffset = (pair.key as Node | null)?.range?.[0] ?? offset
      if (key === undefined) throw new Refusal('a key must be a plain name', keyOffset)
      if (PROTOTYPE_KEYS.has(key)) throw new Refusal(`the key ${JSON.stringify(key)} is not allowed`, keyOffset)
      if (isScalar(pair.key) && pair.key.anchor !== undefined) this.anchors.set(pair.key.anchor, pair.key)
      result[key] = this.read(pair.value as Node | null, depth + 1)
    }
    return result
  }
}

function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined
  return typeof key.value === 'string' || typeof key.value === 'number' || typeof key.value === 'boolean'
    ? String(key.value)
    : undefined
}

function locator(root: Node, at: (offset: number) => Position): Locate {
  const anchors = new Map<string, Node>()
  const resolve = (node: Node | null): Node | null => (isAlias(node) ? (anchors.get(node.source) ?? node) : node)
  collectAnchors(root, anchors)
  return (path, target = 'value') => {
    let node: Node | null = root
    let offset = root.range?.[0] ?? 0
    for (const [index, step] of path.entries()) {
      const container: Node | null = resolve(node)
      if (isSeq(container)) {
        const item = container.items[Number(step)] as Node | null | undefined
        if (item === undefined || item === null) break
        node = item
        offset = item.range?.[0] ?? offset
      } else if (isMap(container)) {
        const pair = container.items.find((each) => keyText(each.key) === String(step))
        if (pair === undefined) break
        const keyOffset = (pair.key as Node | null)?.range?.[0] ?? offset
        const value = pair.value as Node | null
        const wantsKey = (target === 'key' && index === path.length - 1) || value === null || isEmpty(value)
        offset = wantsKey ? keyOffset : (value.range?.[0] ?? keyOffset)
        node = value
      } else break
    }
    return at(offset)
  }
}

/** `key:` with nothing after it: the value has no place of its own that a reader would look at. */
function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null && (node.source === '' || node.source === undefined)
}

function collectAnchors(node: Node | null, anchors: Map<string, Node>): void {
  if (node === null || isAlias(node)) return
  if ('anchor' in node && node.anchor !== undefined) anchors.set(node.anchor, node)
  if (isSeq(node)) for (const item of node.items) collectAnchors(item as Node | null, anchors)
  if (isMap(node)) for (const pair of node.items) collectAnchors(pair.value as Node | null, anchors)
}
