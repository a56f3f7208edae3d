import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { shellWord } from '../../src/export/shell.ts'
import { visible } from '../../src/visible.ts'
import { yamlQuoted, yamlText } from '../../src/yaml-text.ts'
import { type Exported, exportedUnder, refusesAsFlag } from './exported.ts'
import { HOSTILE, unprintableIn } from './names.ts'
import { runScripts } from './shells.ts'

/** A model that begins with a hyphen would be a flag, and is refused: its plan is exported with the name elsewhere. */
const isFlag = (name: string): boolean => name.startsWith('-')
const PLAIN = 'acme/plain-model'

const all = HOSTILE.map(([attack, name]) => {
  const model = isFlag(name) ? PLAIN : name
  return { attack, name, model, files: exportedUnder(name, model) }
})
const plain = exportedUnder('plain-scenario', PLAIN)
const every = all.flatMap(({ attack, name, model, files }) => files.map((each) => ({ attack, name, model, ...each })))
const label = ({ target, file }: Exported): string => `${target}/${file}`
const isShell = ({ file }: Exported): boolean => /\.(sh|sbatch)$/.test(file)
const ofKind = (ending: string) => every.filter(({ file }) => file.endsWith(ending))

/** An argument as a program gets it: a zero byte, which none can hold, is written out; half a pair becomes the replacement. */
const asArgument = (name: string): string =>
  new TextDecoder().decode(new TextEncoder().encode(name.replaceAll('\0', visible('\0'))))

describe.each(all)('$attack', ({ name, files }) => {
  test('the same files as under a plain name, each showing what it holds', () => {
    expect(files.map(label)).toEqual(plain.map(label))
    for (const each of files) expect([label(each), unprintableIn(each.text)]).toEqual([label(each), null])
  })

  test('no line more in a script, and no directive', () => {
    for (const [index, each] of files.entries()) {
      if (!isShell(each) && !each.file.endsWith('.py')) continue
      expect(each.text.split('\n').length, label(each)).toBe(plain[index]!.text.split('\n').length)
      const directives = each.text.split('\n').filter((line) => line.startsWith('#SBATCH'))
      for (const directive of directives) expect(directive).toMatch(/^#SBATCH --[a-z-]+(=[A-Za-z0-9._%-]+)?$/)
    }
  })

  test('a model that reads as a flag is refused', () => {
    expect(refusesAsFlag(name)).toBe(isFlag(name))
  })
})

test('scripts run as they would under a plain name, and hand over the very name', () => {
  const scripts = every.filter(isShell)
  const ran = runScripts([...scripts, ...plain.filter(isShell)].map(({ text }) => text))
  const normal = new Map(plain.filter(isShell).map((each, index) => [label(each), ran[scripts.length + index]!]))
  let handed = 0
  for (const [index, each] of scripts.entries()) {
    const { status, words, complaint } = ran[index]!
    const where = `${each.attack}: ${label(each)}`
    expect([where, status, complaint]).toEqual([where, 0, ''])
    const argument = asArgument(each.model)
    const usual = normal.get(label(each))!.words
    expect(words, where).toEqual(usual.map((word) => word.replaceAll(PLAIN, () => argument)))
    if (usual.some((word) => word.includes(PLAIN))) handed += 1
  }
  // Seven engines and trainers, and the cluster that starts each, take the model as an argument.
  expect(handed).toBeGreaterThan(HOSTILE.length * 10)
})

/** Half a surrogate pair has no form in UTF-8, nor in YAML. */
const wellFormed = (name: string): string => name.replace(/\p{Cs}/gu, '\ufffd')

/** What the kubelet makes of an argument (kubernetes/api core/v1/types.go, Container.Args), where no variable is set. */
const kubelet = (text: string): string => text.replace(/\$\$|\$\([^)]*\)/g, (found) => (found === '$$' ? '$' : found))
/** What Compose makes of a text (compose-spec/compose-spec 12-interpolation.md), where no variable is set. */
const compose = (text: string): string =>
  text.replace(/\$\$|\$\{[^}]*\}|\$[A-Za-z_][A-Za-z0-9_]*/g, (found) => (found === '$$' ? '$' : ''))

test('YAML holds the very name', () => {
  for (const { attack, target, file, text, name, ...each } of ofKind('.yaml')) {
    const model = wellFormed(each.model)
    const [documents, where] = [parseAllDocuments(text, { version: '1.1' }), `${attack}: ${target}/${file}`]
    expect(
      documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]),
      where,
    ).toEqual([])
    const values = documents.map((document) => document.toJS())
    const strings = new Set(values.flatMap(stringsIn))
    const names = values.map((value) => value.name ?? value.metadata?.name).filter((each) => each !== undefined)
    for (const each of names) expect(each, where).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
    if (/^(kubernetes|kserve)/.test(target)) expect([...strings].map(kubelet), where).toContain(model)
    else if (target.startsWith('docker-compose')) expect([...strings].map(compose), where).toContain(model)
    else if (/^(vllm|sglang|axolotl|llama-factory)-/.test(target)) expect([...strings], where).toContain(model)
    else if (file !== 'task.yaml')
      expect(
        [...strings].filter((each) => each.includes(name) && name.length > 3),
        where,
      ).toEqual([])
  }
})

test('JSON holds the very name', () => {
  for (const { text, name, attack } of ofKind('.json')) expect(JSON.parse(text)._comment, attack).toEqual([name])
})

test("Python's readers take YAML for the same values, and the recipe for the same program", () => {
  const names = HOSTILE.map(([, name]) => wellFormed(name))
  const yaml = ofKind('.yaml').map(({ text }) => text)
  const python = [...ofKind('.py'), ...plain.filter(({ file }) => file.endsWith('.py'))].map(({ text }) => text)
  const scalars = HOSTILE.map(([, name]) => yamlText({ [name]: [name] }, { version: '1.1' }))
  const quoted = HOSTILE.map(([, name]) => `- ${yamlQuoted(name)}\n`)
  const answer = pythonReads({ yaml: [...yaml, ...scalars, ...quoted], python })
  if (answer === null) return
  expect(answer.programs).toEqual(answer.programs.map(() => answer.programs.at(-1)))
  expect(answer.yaml.slice(yaml.length)).toEqual([
    ...names.map((name) => [{ [name]: [name] }]),
    ...names.map((name) => [[name]]),
  ])
  const own = yaml.map((text) => parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS()))
  expect(answer.yaml.slice(0, yaml.length)).toEqual(own)
})

describe('words of a shell', () => {
  test.each(HOSTILE)('%s', (_, name) => {
    expect(unprintableIn(shellWord(name), /(?!)/g)).toBeNull()
  })

  test('bash gives each back', () => {
    const words = HOSTILE.map(([, name]) => name)
    const [ran] = runScripts([`vllm ${words.map(shellWord).join(' ')}`])
    expect(ran?.words).toEqual(words.map(asArgument))
  })
})

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => [key, ...stringsIn(each)])
}

/** All documents of each text as PyYAML reads them, and each program as Python parses it; null where there is no Python with PyYAML. */
function pythonReads(texts: { yaml: string[]; python: string[] }): { yaml: unknown[][]; programs: string[] } | null {
  const script = `
import ast, json, sys
try:
    import yaml
except ImportError:
    sys.exit(3)
texts = json.load(sys.stdin)
json.dump({
    "yaml": [list(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))) for text in texts["yaml"]],
    "programs": [ast.dump(ast.parse(text)) for text in texts["python"]],
}, sys.stdout, default=str)
`
  const options = { input: JSON.stringify(texts), encoding: 'utf8', maxBuffer: 2 ** 28 } as const
  const { status, stdout, stderr, error } = spawnSync('python3', ['-c', script], options)
  if (error !== undefined || status === 3) return null
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}
