import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { initScenario } from '../../src/cli/actions/init.ts'
import { Flags } from '../../src/cli/flags.ts'
import type { Asker } from '../../src/cli/init/asker.ts'
import { trafficAnswer } from '../../src/cli/init/questions.ts'
import { plainNumber, scalar } from '../../src/init/yaml.ts'
import { scenarioJsonSchema } from '../../src/scenario/schema.ts'
import { AS_OF, plan, scenario } from './binary.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-init-'))
})
const inFolder = (args: string[], input = '') => plan(args, { cwd: folder, input })

describe('plan init KIND without flags and without a terminal', () => {
  test.each(['serve', 'train', 'fleet', 'forecast'])('%s: what it prints plans as written', (kind) => {
    const written = inFolder(['init', kind, ...AS_OF])
    expect(written.stderr).toBe('')
    expect(written.code).toBe(0)
    expect(written.stdout).toMatch(/^# yaml-language-server: \$schema=\.\/scenario\.schema\.json\n/)
    const planned = inFolder(['-', ...AS_OF], written.stdout)
    expect(planned.code).toBe(0)
    expect(parse(written.stdout).kind).toBe(kind)
  })

  test.each(['serve', 'train', 'fleet', 'forecast'])('%s: the same bytes twice, no line above 120 columns', (kind) => {
    const once = inFolder(['init', kind, ...AS_OF]).stdout
    expect(inFolder(['init', kind, ...AS_OF]).stdout).toBe(once)
    expect(once.split('\n').filter((line) => line.length > 120)).toEqual([])
  })

  // What an editor checks: the published JSON Schema, not the reader of this program.
  test.each(['serve', 'train', 'fleet', 'forecast'])('%s: satisfies the JSON Schema that editors read', (kind) => {
    const schema = z.fromJSONSchema(scenarioJsonSchema() as Parameters<typeof z.fromJSONSchema>[0])
    const document = parse(inFolder(['init', kind, ...AS_OF]).stdout)
    expect(schema.safeParse(document).error?.issues ?? []).toEqual([])
    expect(schema.safeParse({ ...document, modle: 1 }).success).toBe(false)
  })

  test('the month after the day of prices starts a forecast, over the end of a year too', () => {
    expect(parse(inFolder(['init', 'forecast', '--as-of', '2026-12-31']).stdout).start).toBe('2027-01')
  })
})

describe('flags', () => {
  test('say what the scenario says', () => {
    const args = ['--model', 'Qwen/Qwen3-8B', '--tokens-per-day', '2.5M', '--ttft', '1s', '--tpot', 'none']
    const { stdout } = inFolder(['init', 'serve', ...args, '--input-tokens', '3k', '--output-tokens', '500'])
    expect(parse(stdout)).toMatchObject({
      model: 'qwen3-8b',
      traffic: { tokens_per_day: '2.5M', input_tokens: 3000, output_tokens: 500 },
      latency: { ttft_ms: 1000 },
    })
    expect(parse(stdout).latency).not.toHaveProperty('tpot_ms')
  })

  test('a budget of serving becomes the gate of the command: 1,000 dollars / 730 hours, rounded down', () => {
    const { stdout } = inFolder(['init', 'serve', '--budget', '1000'])
    expect(stdout).toContain('plan THIS-FILE.yaml --max-cost 1.3698\n')
    expect(parse(stdout)).not.toHaveProperty('budget')
  })

  test('a budget of training, and of a forecast, is a key of the scenario', () => {
    expect(parse(inFolder(['init', 'train', '--budget', '$1,500']).stdout).budget).toBe(1500)
    expect(parse(inFolder(['init', 'forecast', '--budget', '9k']).stdout).monthly_cap).toBe(9000)
  })

  test('workload files are named from where the new file stands, and planned from there', () => {
    inFolder(['init', 'serve', '--output', 'a.yaml'])
    inFolder(['init', 'train', '--output', '8b.yaml'])
    mkdirSync(join(folder, 'plans'))
    const args = ['--workload', 'a.yaml', '--workload', '8b.yaml', '--output', 'plans/fleet.yaml']
    const { code, stderr } = inFolder(['init', 'fleet', ...args])
    expect(stderr).toBe('wrote plans/fleet.yaml; next: plan plans/fleet.yaml\n')
    expect(code).toBe(0)
    const { workloads } = parse(readFileSync(join(folder, 'plans/fleet.yaml'), 'utf8'))
    expect(workloads).toEqual([{ scenario: '../a.yaml' }, { scenario: '../8b.yaml', runs_per_month: 1 }])
    expect(inFolder(['plans/fleet.yaml', ...AS_OF]).code).toBe(0)
  })

  // Qwen3-8B as its repository has it (Qwen/Qwen3-8B, config.json), with fewer layers: a model of one's own.
  const config = {
    architectures: ['Qwen3ForCausalLM'],
    model_type: 'qwen3',
    attention_bias: false,
    head_dim: 128,
    hidden_size: 4096,
    intermediate_size: 12288,
    max_position_embeddings: 4096,
    num_attention_heads: 32,
    num_hidden_layers: 20,
    num_key_value_heads: 8,
    tie_word_embeddings: false,
    torch_dtype: 'bfloat16',
    vocab_size: 151936,
  }

  test('a model is read from a folder of its own, named from where the new file stands', () => {
    mkdirSync(join(folder, 'ours'))
    mkdirSync(join(folder, 'plans'))
    writeFileSync(join(folder, 'ours/config.json'), JSON.stringify(config))
    const { code, stderr } = inFolder(['init', 'serve', '--model', 'ours/', '--output', 'plans/a.yaml'])
    expect(stderr).toBe('wrote plans/a.yaml; next: plan plans/a.yaml\n')
    expect(code).toBe(0)
    const written = parse(readFileSync(join(folder, 'plans/a.yaml'), 'utf8'))
    expect(written.model).toEqual({ huggingface: '../ours' })
    // Its positions, not those of a model of the catalog, bound the context.
    expect(written.context).toBe(4096)
    expect(inFolder(['plans/a.yaml', ...AS_OF]).code).toBe(0)
    // And as a workload of another scenario.
    expect(inFolder(['init', 'fleet', '--workload', 'plans/a.yaml', '--output', 'fleet.yaml']).code).toBe(0)
    expect(inFolder(['fleet.yaml', ...AS_OF]).code).toBe(0)
  })

  test('a context beyond what the model was made for is written, and said', () => {
    const { code, stderr } = inFolder(['init', 'serve', '--model', 'llama-3-8b', '--context', '32k'])
    expect(stderr).toBe('llama-3-8b was made for 8,192 tokens; a context of 32,000 needs a model stretched to it\n')
    expect(code).toBe(0)
  })

  test('the schema line finds the schema of a clone, and of an installed package', () => {
    mkdirSync(join(folder, 'schema'))
    mkdirSync(join(folder, 'mine'))
    writeFileSync(join(folder, 'schema/scenario.schema.json'), '{}')
    inFolder(['init', 'serve', '--output', 'mine/a.yaml'])
    const [first, second] = readFileSync(join(folder, 'mine/a.yaml'), 'utf8').split('\n')
    expect(first).toBe('# yaml-language-server: $schema=../schema/scenario.schema.json')
    expect(second).not.toContain('plan schema')
  })

  test.each<[string, string[], RegExp]>([
    ['no kind', [], /^plan: init takes serve, train, fleet, forecast/],
    ['a misspelt kind', ['sevre'], /did you mean "serve"\?/],
    ['a misspelt model', ['serve', '--model', 'llama3.1-8b'], /no model "llama3\.1-8b" \(did you mean "llama-3\.1-8b"/],
    ['a model that is nowhere', ['serve', '--model', './nothing'], /nothing/],
    ['a repository without a network', ['serve', '--model', 'org/unheard-of', '--offline'], /--offline/],
    ['two rates', ['serve', '--requests-per-second', '1', '--concurrency', '3'], /say the same thing twice/],
    ['data twice', ['train', '--tokens', '1M', '--examples', '3'], /say the same thing twice/],
    ['a flag of another kind', ['train', '--context', '4096'], /--context says nothing .* \(--sequence-length\)/],
    ['months of serving', ['serve', '--months', '3'], /it belongs to forecast/],
    ['not a number', ['serve', '--input-tokens', 'many'], /--input-tokens takes a whole number/],
    ['no traffic', ['serve', '--requests-per-second', '0'], /--requests-per-second takes a number above 0/],
    ['no such month', ['forecast', '--start', '2027-13'], /--start takes a month as 2027-01/],
    ['a deadline that is none', ['train', '--deadline', 'soon'], /--deadline takes a duration such as 72h/],
    ['a deadline in the past', ['train', '--deadline', '2026-01-01', ...AS_OF], /^deadline: /],
    ['a short context', ['serve', '--context', '100', '--input-tokens', '100'], /shorter than the mean request/],
    [
      'a rate beyond any',
      ['serve', '--requests-per-second', '1e12'],
      /^traffic\.requests_per_second: .*must be at most/,
    ],
    ['no such workload', ['fleet', '--workload', 'absent.yaml'], /^absent\.yaml: the file does not exist/],
    ['a workload twice', ['fleet', '--workload', 'a.yaml', '--workload', 'a.yaml'], /two workloads are called "a"/],
    ['files and a model', ['fleet', '--workload', 'a.yaml', '--model', 'gpt2'], /--workload names files that do/],
    ['no such folder', ['serve', '--output', 'nowhere/a.yaml'], /^nowhere: the directory does not exist/],
  ])('bad input: %s', (_name, args, message) => {
    writeFileSync(join(folder, 'a.yaml'), scenario())
    const { code, stdout, stderr } = inFolder(['init', ...args])
    expect(stderr).toMatch(message)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})

describe('a file that exists', () => {
  test('is kept, and written over with --force alone', () => {
    const file = join(folder, 'mine.yaml')
    writeFileSync(file, 'precious')
    const refused = inFolder(['init', 'serve', '--output', 'mine.yaml'])
    expect(refused.stderr).toBe('mine.yaml: the file exists (--force writes over it)\n')
    expect(refused.code).toBe(2)
    expect(readFileSync(file, 'utf8')).toBe('precious')
    expect(inFolder(['init', 'serve', '--output', 'mine.yaml', '--force']).code).toBe(0)
    expect(readFileSync(file, 'utf8')).toContain('kind: serve')
  })

  test('hostile names stay inside their comment and their word', () => {
    const name = "$(touch pwned) 'x' #y.yaml"
    const { code, stderr } = inFolder(['init', 'serve', '--output', name])
    expect(code).toBe(0)
    expect(stderr).toContain(`next: plan '$(touch pwned) '\\''x'\\'' #y.yaml'`)
    expect(parse(readFileSync(join(folder, name), 'utf8')).kind).toBe('serve')
  })
})

/** A person who gives these answers, and remembers what was asked and said. */
function person(answers: string[]): { asker: Asker; said: string[] } {
  const said: string[] = []
  const asker: Asker = {
    ask: async (question) => {
      said.push(question)
      const answer = answers.shift()
      if (answer === undefined) throw new Error(`nothing to answer ${question} with`)
      return answer
    },
    say: (text) => said.push(text),
    close: () => {},
  }
  return { asker, said }
}

async function interview(words: string[], answers: string[], given: Record<string, unknown> = {}) {
  const { asker, said } = person(answers)
  const results: string[] = []
  const terminal = {
    result: (text: string) => results.push(text),
    note: () => {},
    rewrite: () => {},
    live: false,
    color: false,
  }
  const flags = new Flags({ 'as-of': '2026-11-21', ...given })
  const code = await initScenario({ flags, terminal, words, entry: null, assumed: [] }, async () => asker)
  return { code, said, left: answers, text: results.join('') }
}

describe('on a terminal', () => {
  test('asks for what is wanted, and again where an answer cannot be read', async () => {
    const answers = ['sevre', 'serve', 'llama3-8b', 'qwen3-8b', '1M/day', 'many', '300', '', 'none', '40', '']
    const { code, said, left, text } = await interview([], answers)
    expect(code).toBe(0)
    expect(left).toEqual([])
    expect(said.join('\n')).toContain('did you mean "llama-3-8b"')
    expect(said.join('\n')).toContain('--input-tokens takes a whole number')
    expect(parse(text)).toMatchObject({
      kind: 'serve',
      model: 'qwen3-8b',
      traffic: { tokens_per_day: '1M', input_tokens: 300, output_tokens: 250 },
      latency: { tpot_ms: 40 },
    })
  })

  test('empty answers give what no terminal gives', async () => {
    for (const kind of ['serve', 'train']) {
      const asked = await interview([kind], Array(8).fill(''))
      const silent = await interview([kind], [], { yes: true })
      expect(silent.said).toEqual([])
      expect(asked.text).toBe(silent.text)
    }
  })

  test('with a flag that says what is wanted it asks nothing', async () => {
    const { said, text } = await interview(['train'], [], { method: 'full' })
    expect(said).toEqual([])
    expect(parse(text).search.method).toEqual(['full'])
  })

  test('a fleet takes files, and then asks nothing of a service', async () => {
    const file = join(folder, 'a.yaml')
    expect(inFolder(['init', 'serve', '--output', 'a.yaml']).code).toBe(0)
    expect(existsSync(file)).toBe(true)
    const { text, left } = await interview(['forecast'], [file, '6', '5k'])
    expect(left).toEqual([])
    expect(parse(text)).toMatchObject({ months: 6, monthly_cap: 5000, workloads: [{ scenario: file }] })
  })

  test.each<[string, object]>([
    ['2', { 'requests-per-second': '2' }],
    ['0.5/s', { 'requests-per-second': '0.5' }],
    ['2 requests per second', { 'requests-per-second': '2' }],
    ['1M/day', { 'tokens-per-day': '1M' }],
    ['500k tokens a day', { 'tokens-per-day': '500k' }],
    ['32 at once', { concurrency: '32' }],
  ])('traffic %j', (typed, expected) => {
    expect(trafficAnswer(typed)).toEqual(expected)
  })
})

describe('values in YAML', () => {
  test.each<[number, string]>([
    [8192, '8192'],
    [1_000_000, '1M'],
    [2_500_000, '2.5M'],
    [50_000, '50000'],
    [0.25, '0.25'],
    [123_456_789, '123456789'],
  ])('%d is written %s', (value, text) => {
    expect(plainNumber(value)).toBe(text)
  })

  test.each([
    'yes',
    'null',
    '1.5',
    '8b.yaml',
    '.5',
    'a: b',
    'a #b',
    '-x',
    '"',
    'ä',
    "it's",
    '',
    '~',
    '*a',
    '../a b.yaml',
  ])('%j reads back as that text', (text) => {
    expect(parse(`key: ${scalar(text)} # note`).key).toBe(text)
  })
})
