import type { Terminal } from './terminal.ts'

/** Off a terminal a line is written after so many, so that a log stays readable. */
const EVERY = 25

/** How far a run over many files is, on standard error: one line rewritten on a terminal, every 25th file elsewhere. */
export class Progress {
  readonly #terminal: Terminal
  readonly #total: number
  readonly #noun: string

  /** @param noun what is counted, e.g. `scenarios` */
  constructor(terminal: Terminal, total: number, noun: string) {
    this.#terminal = terminal
    this.#total = total
    this.#noun = noun
  }

  /** Says that `done` are finished and `name` was the last of them. */
  at(done: number, name: string): void {
    const text = `${done} of ${this.#total} ${this.#noun} planned`
    if (this.#terminal.live) this.#terminal.rewrite(`${text}: ${name}`)
    else if (done % EVERY === 0 && done < this.#total) this.#terminal.note(text)
  }

  /** Replaces the line by the last word. */
  end(text: string): void {
    if (this.#terminal.live) this.#terminal.rewrite('')
    this.#terminal.note(text)
  }

  /** Makes room for a message above the line. */
  clear(): void {
    if (this.#terminal.live) this.#terminal.rewrite('')
  }
}
