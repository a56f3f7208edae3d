import { describe, expect, test } from 'vitest'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { readRecordFiles, readRecords } from '../../src/measurements/read.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'

const catalog = await loadCatalog()

/** A training record on one line; the changes replace or remove keys. */
function record(changes: Readonly<Record<string, string | null>> = {}): string {
  const keys: Record<string, string | null> = {
    id: 'run',
    source: 'a log',
    group: 'own',
    kind: 'training-memory',
    model: 'llama-3.1-8b',
    gpu: 'h100-sxm-80gb',
    gpus: '1',
    trainer: '{ name: torchtune }',
    configuration: '{ method: lora, micro_batch: 1, sequence_length: 2048 }',
    measured: '{ peak_gib: 20.5 }',
    ...changes,
  }
  const written = Object.entries(keys).filter(([, value]) => value !== null)
  return `- { ${written.map(([key, value]) => `${key}: ${value}`).join(', ')} }`
}
const file = (...records: string[]): string => ['records:', ...records, ''].join('\n')

/** The messages with which a text is refused. */
function refused(read: () => unknown): string[] {
  try {
    read()
  } catch (error) {
    if (error instanceof InputError) return error.message.split('\n')
    throw error
  }
  throw new Error('nothing was refused')
}
const refusedText = (text: string): string[] => refused(() => readRecords(text, 'm.yaml', catalog))

describe('records that can be used', () => {
  test('get the defaults of the form: nothing measured, the run started', () => {
    const [read] = readRecords(file(record({ measured: null })), 'm.yaml', catalog)
    expect(read).toMatchObject({ id: 'run', kind: 'training-memory', gpus: 1, measured: {}, outcome: 'ok' })
  })

  test('a version that YAML reads as a number is a text', () => {
    const [read] = readRecords(file(record({ trainer: '{ name: torchtune, version: 0.6 }' })), 'm.yaml', catalog)
    expect(read).toMatchObject({ trainer: { name: 'torchtune', version: '0.6' } })
  })

  test('an alias becomes the id proper', () => {
    const model = { ...catalog.models.get('llama-3.1-8b')!, aliases: ['Llama 3.1'] }
    const own = { ...catalog, models: new Map([...catalog.models, [model.id, model]]) }
    const [read] = readRecords(file(record({ model: 'Llama 3.1' })), 'm.yaml', own)
    expect(read?.model).toBe('llama-3.1-8b')
  })

  test('a model may be described in place', () => {
    const model =
      '{ num_hidden_layers: 2, hidden_size: 64, num_attention_heads: 4, intermediate_size: 128, vocab_size: 99 }'
    const [read] = readRecords(file(record({ model })), 'm.yaml', catalog)
    expect(read?.model).toMatchObject({ hidden_size: 64 })
  })

  test('trainers, engines, formats and optimizers that no catalog knows are left to the prediction', () => {
    const configuration = '{ method: lora, optimizer: lion-x, micro_batch: 1, sequence_length: 8 }'
    expect(readRecords(file(record({ trainer: '{ name: nobody }', configuration })), 'm.yaml', catalog)).toHaveLength(1)
  })

  test('an empty list is a list', () => {
    expect(readRecords('records: []', 'm.yaml', catalog)).toEqual([])
  })

  test('files follow each other', () => {
    const files = ['a', 'b'].map((id) => ({ file: `${id}.yaml`, text: file(record({ id })) }))
    expect(readRecordFiles(files, catalog).map(({ id }) => id)).toEqual(['a', 'b'])
  })
})

describe('records that cannot', () => {
  test.each<[string, string, string]>([
    [
      'a GPU',
      file(record({ gpu: 'h1OO-sxm-80gb' })),
      'm.yaml:2:90: unknown GPU "h1OO-sxm-80gb" (did you mean "h100-sxm-80gb"?)',
    ],
    [
      'a model',
      file(record({ model: 'lama-3.1-8b' })),
      'm.yaml:2:71: unknown model "lama-3.1-8b" (did you mean "llama-3.1-8b"?)',
    ],
    ['a key', file(record({ notes: 'x' })), 'unknown key "notes" (did you mean "note"?)'],
    ['a key inside', file(record({ measured: '{ peak_gb: 3 }' })), 'unknown key "peak_gb" (did you mean "peak_gib"?)'],
    ['a kind', file(record({ kind: 'training-memry' })), 'did you mean "training-memory"?'],
    ['a missing key', file(record({ model: null })), 'm.yaml:2:3: the key "model" is missing'],
    ['a number', file(record({ gpus: '0' })), 'gpus must be above 0, got 0'],
    ['the syntax', 'records:\n- { id: a', 'not valid YAML: the map is not closed'],
    ['an id twice', file(record(), record()), 'm.yaml:3:9: id: "run" occurs twice'],
    ['nothing', '', 'm.yaml: the file is empty'],
    ['a list', '- a', 'expected a map of keys, got a list'],
  ])('%s', (_, text, message) => {
    expect(refusedText(text)).toEqual([expect.stringContaining(message)])
  })

  test('all that is wrong at once, in the order of the text', () => {
    const messages = refusedText(
      file(
        record({ id: 'a', gpu: 'h1OO-sxm-80gb' }),
        record({ id: 'b', kind: 'x' }),
        record({ id: 'c', model: 'lama-3.1-8b' }),
      ),
    )
    expect(messages.map((message) => message.slice(0, 9))).toEqual(['m.yaml:2:', 'm.yaml:3:', 'm.yaml:4:'])
  })

  test('an id in two files, with both places; the problems of one file do not hide those of the next', () => {
    const text = file(record())
    const files = [
      { file: 'a.yaml', text },
      { file: 'b.yaml', text },
      { file: 'c.yaml', text: file(record({ id: 'c', gpus: '-1' })) },
    ]
    expect(refused(() => readRecordFiles(files, catalog))).toEqual([
      'b.yaml:2:9: the id "run" occurs twice, first at a.yaml:2:9',
      expect.stringMatching(/^c\.yaml:2:\d+: gpus must be above 0, got -1$/),
    ])
  })

  test('names that are no ids of anything: prototype keys, other scripts', () => {
    expect(refusedText(file(record({ gpu: 'constructor', model: '"模型"' })))).toEqual([
      expect.stringContaining('unknown model "模型"'),
      expect.stringContaining('unknown GPU "constructor"'),
    ])
  })
})
