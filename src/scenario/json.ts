import { JSON_DEPTH, JSON_VALUES } from '../limits.ts'
import { count } from '../units.ts'
import { type InputError, inputError } from './diagnostic.ts'

/**
 * Reads a JSON text that someone else may have written: not deeper than what walks it can bear, not larger than memory, and without
 * a key that would change the prototype of what it is copied into.
 * @throws InputError for those; SyntaxError for a text that is no JSON
 */
export function readJson(text: string, file: string): unknown {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  if (source.includes('\0')) throw wrong('the file is not text: it contains a zero byte', file)
  checkSize(source, file)
  const value: unknown = JSON.parse(source)
  // Most texts cannot hold the key: neither as it is nor with escapes.
  if ((source.includes('__proto__') || source.includes('\\u')) && holdsPrototypeKey(value)) {
    throw wrong('the key "__proto__" is not allowed', file)
  }
  return value
}

/** As {@link readJson}; undefined for a text that is no JSON. */
export function readJsonIfAny(text: string, file: string): unknown {
  try {
    return readJson(text, file)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Counts brackets and commas outside of strings, before anything is built. */
function checkSize(text: string, file: string): void {
  let depth = 0
  let values = 1
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"':
        at = endOfString(text, at)
        break
      case '[':
      case '{':
        values += 1
        depth += 1
        if (depth > JSON_DEPTH) {
          throw wrong(`nested too deep: more than ${JSON_DEPTH} maps and lists inside each other`, file)
        }
        break
      case ']':
      case '}':
        depth -= 1
        break
      case ',':
        values += 1
        if (values > JSON_VALUES) throw wrong(`the file holds too much: more than ${count(JSON_VALUES)} values`, file)
    }
  }
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at
    if (code === BACKSLASH) at += 1
  }
  return text.length
}

function holdsPrototypeKey(root: unknown): boolean {
  const open: unknown[] = [root]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value !== 'object' || value === null) continue
    if (Object.hasOwn(value, '__proto__')) return true
    for (const each of Object.values(value)) open.push(each)
  }
  return false
}

function wrong(message: string, file: string): InputError {
  return inputError(message, { position: { file } })
}
