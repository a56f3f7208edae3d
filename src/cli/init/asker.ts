import { inputError } from '../../scenario/diagnostic.ts'
import { visibleLines } from '../../visible.ts'

/** Someone who answers questions. */
export interface Asker {
  /** The answer as typed, trimmed; `words` are offered on Tab. */
  ask(question: string, words?: readonly string[]): Promise<string>
  say(text: string): void
  close(): void
}

/** The person at the terminal; null where input or messages are no terminal. Results may go elsewhere meanwhile. */
export async function personAtTerminal(): Promise<Asker | null> {
  const { stdin, stderr } = process
  if (stdin.isTTY !== true || stderr.isTTY !== true) return null
  const { createInterface } = await import('node:readline')
  let offered: readonly string[] = []
  const line = createInterface({
    input: stdin,
    output: stderr,
    completer: (typed: string): [string[], string] => [offered.filter((word) => word.startsWith(typed)), typed],
  })
  // Lines are kept until they are asked for: whoever types ahead, or pastes, loses none.
  const typed: string[] = []
  let wanted: ((text: string) => void) | undefined
  line.on('line', (text) => {
    if (wanted === undefined) typed.push(text)
    else wanted(text)
    wanted = undefined
  })
  const ended = new Promise<never>((_resolve, reject) => {
    line.once('SIGINT', () => {
      line.close()
      process.kill(process.pid, 'SIGINT')
    })
    line.once('close', () => {
      reject(inputError('the questions were not answered', { hint: '--yes takes the defaults' }))
    })
  })
  // Nobody listens once all questions are answered.
  ended.catch(() => {})
  const next = (): Promise<string> =>
    new Promise((resolve) => {
      const ahead = typed.shift()
      if (ahead === undefined) wanted = resolve
      else resolve(ahead)
    })
  return {
    ask: async (question, words = []) => {
      offered = words
      line.setPrompt(question)
      line.prompt()
      return (await Promise.race([next(), ended])).trim()
    },
    say: (text) => stderr.write(`${visibleLines(text)}\n`),
    close: () => line.close(),
  }
}
