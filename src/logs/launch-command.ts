/** A command that starts a server, as people paste it above the log: words after the program, and its flags by name. */
export interface LaunchCommand {
  /** First word that is no flag: what `vllm serve` takes as model. */
  readonly first: string | undefined
  flag(...names: string[]): string | undefined
  has(...names: string[]): boolean
}

/** A word, in quotes or not. */
const WORD = /'[^']*'|"[^"]*"|[^\s'"]+/g

/**
 * Reads the command that follows `program` in a line, or null where the line does not start with it, prompts and variables of the
 * environment aside: sentences name programs too.
 */
export function launchCommand(line: string, program: RegExp): LaunchCommand | null {
  const match = program.exec(line)
  if (match === null) return null
  if (!opensCommand(line.slice(0, match.index).trimEnd())) return null
  const words = [...line.slice(match.index + match[0].length).matchAll(WORD)].map(([word]) => unquoted(word))
  const flags = new Map<string, string>()
  for (const [index, word] of words.entries()) {
    if (!word.startsWith('-')) continue
    const equals = word.indexOf('=')
    if (equals !== -1) flags.set(word.slice(0, equals), unquoted(word.slice(equals + 1)))
    else flags.set(word, words[index + 1] ?? '')
  }
  const first = words[0]?.startsWith('-') === false ? words[0] : undefined
  return {
    first,
    flag: (...names) => names.map((name) => flags.get(name)).find((value) => value !== undefined && value !== ''),
    has: (...names) => names.some((name) => flags.has(name)),
  }
}

/** What may stand before a program: nothing, a prompt, the interpreter, its folder, variables of the environment. */
function opensCommand(before: string): boolean {
  const prompt = Math.max(...['$', '#', '>', 'command='].map((sign) => endOf(before, sign)))
  const words = before.slice(prompt).split(/\s+/)
  return words.every((word) => word === '' || word === '-m' || OPENING.test(word))
}

const OPENING = /^(?:[A-Z_][A-Z0-9_]*=.*|(?:.*\/)?python[\d.]*|.*\/)$/

function endOf(text: string, sign: string): number {
  const found = text.lastIndexOf(sign)
  return found === -1 ? 0 : found + sign.length
}

function unquoted(word: string): string {
  return /^(['"]).*\1$/.test(word) ? word.slice(1, -1) : word
}

/** Joins the lines of a command that goes on after a backslash. */
export class ContinuedLines {
  readonly #program: string
  #held: string[] = []
  #length = 0

  /** @param program a text that the first line of the command holds */
  constructor(program: string) {
    this.#program = program
  }

  /** The line, or the whole command that it ends; null while the command goes on. */
  push(line: string): string | null {
    const open = this.#held.length > 0
    if (!open && !line.includes(this.#program)) return line
    const trimmed = line.trimEnd()
    if (trimmed.endsWith('\\') && this.#length < LONGEST_COMMAND) {
      this.#held.push(trimmed.slice(0, -1))
      this.#length += trimmed.length
      return null
    }
    const whole = open ? [...this.#held, line].join(' ') : line
    this.#held = []
    this.#length = 0
    return whole
  }
}

const LONGEST_COMMAND = 16_384
