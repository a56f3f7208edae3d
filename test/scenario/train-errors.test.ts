import { beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'
import { parseScenario } from '../../src/scenario/schema.ts'

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

/** Six lines; what a case adds starts in line 7. */
const base = `kind: train
model: llama-3-70b
data: { tokens: 500M, epochs: 3 }
sequence_length: 4096
global_batch: 64
deadline: 72h
`
const withData = (data: string): string => base.replace('{ tokens: 500M, epochs: 3 }', data)
const withDeadline = (deadline: string): string => base.replace('72h', deadline)
const withModel = (model: string): string => base.replace('llama-3-70b', model)

function messages(text: string, asOf?: string, set: readonly string[] = []): string[] {
  try {
    parseScenario(text, 't.yaml', catalog, set, asOf)
  } catch (error) {
    if (error instanceof InputError) return error.message.split('\n')
    throw error
  }
  return []
}

const deadlineForms = 'expected a duration such as 72h or 3d, or a date such as 2027-03-31'
const either = 'data needs either tokens, or examples with tokens_per_example'

describe('bad training scenarios say what is wrong, where, and what to write instead', () => {
  it('the base is good', () => expect(messages(base)).toEqual([]))

  it.each<[string, string, string[]]>([
    ['zero tokens', withData('{ tokens: 0 }'), ['t.yaml:3:17: tokens must be above 0, got 0']],
    [
      'zero examples',
      withData('{ examples: 0, tokens_per_example: 512 }'),
      ['t.yaml:3:19: examples must be above 0, got 0'],
    ],
    ['zero epochs', withData('{ tokens: 1M, epochs: 0 }'), ['t.yaml:3:29: epochs must be above 0, got 0']],
    ['no data', base.replace(/data:.*\n/, ''), ['t.yaml:1:1: the key "data" is missing']],
    ['data without an amount', withData('{ epochs: 2 }'), [`t.yaml:3:1: ${either}; none is given`]],
    [
      'both amounts',
      withData('{ tokens: 1M, examples: 10, tokens_per_example: 100 }'),
      [`t.yaml:3:21: ${either}; given: both`],
    ],
    [
      'tokens of what example',
      withData('{ tokens: 1M, tokens_per_example: 100 }'),
      [`t.yaml:3:21: ${either}; given: tokens and tokens_per_example`],
    ],
    [
      'examples of unknown length',
      withData('{ examples: 50k }'),
      ['t.yaml:3:9: examples need tokens_per_example: time follows from tokens'],
    ],
    [
      'length of no examples',
      withData('{ tokens_per_example: 512 }'),
      ['t.yaml:3:9: tokens_per_example needs examples'],
    ],
    [
      'impossible batch arithmetic',
      `${base}search: { micro_batch: [3, 5] }`,
      [
        't.yaml:7:24: impossible batch arithmetic: global_batch of 64 is micro-batch x accumulation x data-parallel ranks, and none of 3, 5 divides it (write a divisor of 64)',
      ],
    ],
    [
      'micro-batch above the global batch',
      `${base}search: { micro_batch: [128] }`,
      [
        't.yaml:7:24: impossible batch arithmetic: global_batch of 64 is micro-batch x accumulation x data-parallel ranks, and 128 does not divide it (write a divisor of 64)',
      ],
    ],
    [
      'impossible batch arithmetic with the default batch',
      `${base.replace('global_batch: 64\n', '')}search: { micro_batch: [3] }`,
      [
        't.yaml:6:24: impossible batch arithmetic: global_batch of 64 (the default) is micro-batch x accumulation x data-parallel ranks, and 3 does not divide it (write a divisor of 64)',
      ],
    ],
    ['fraction of a batch', base.replace('64', '6.5'), ['t.yaml:5:15: global_batch must be a whole number, got 6.5']],
    [
      'sequence longer than the model knows',
      base.replace('4096', '16k'),
      ['t.yaml:4:18: sequence_length of 16,000 is more than the 8,192 positions of llama-3-70b (write at most 8192)'],
    ],
    [
      'LoRA targets that the model lacks',
      `${withModel('gpt-neox-20b').replace('4096', '2048')}search:\n  method: [lora]\n  lora: { targets: [q_proj, gate_proj] }`,
      ['t.yaml:9:29: gpt-neox-20b has no projection "gate" for an adapter (it has: q, k, v, o, up, down)'],
    ],
    [
      'LoRA targets inside routed experts',
      `${withModel('mixtral-8x7b')}search: { method: [lora], lora: { targets: [q, down] } }`,
      [
        't.yaml:7:48: mixtral-8x7b has no projection "down" for an adapter (it has: q, k, v, o; routed experts take no adapters)',
      ],
    ],
    [
      'LoRA targets that no model has',
      `${base}search: { method: [lora], lora: { targets: [q_porj] } }`,
      [
        't.yaml:7:45: targets, item 1: "q_porj" is not one of q, k, v, o, gate, up, down, q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, other (did you mean "q_proj"?)',
      ],
    ],
    [
      'misspelt set of LoRA targets',
      `${base}search: { method: [lora], lora: { targets: all-liner } }`,
      ['t.yaml:7:44: targets: "all-liner" is not one of all-linear, attention (did you mean "all-linear"?)'],
    ],
    [
      'LoRA settings for full training',
      `${base}search: { method: [full], lora: { rank: [8] } }`,
      ['t.yaml:7:27: lora needs the method lora or qlora; it is full (add method: [lora])'],
    ],
    [
      'LoRA settings without a method',
      `${base}search: { lora: { rank: [8] } }`,
      ['t.yaml:7:11: lora needs the method lora or qlora; by default it is full (add method: [lora])'],
    ],
    [
      'rank of nothing',
      `${base}search: { method: [lora], lora: { rank: [0] } }`,
      ['t.yaml:7:42: rank, item 1 must be at least 1, got 0'],
    ],
    [
      'ZeRO-3 with pipeline parallelism',
      `${base}search: { zero_stage: [3], pipeline_parallel: [2, 4] }`,
      [
        't.yaml:7:47: zero_stage 3 with pipeline_parallel 2, 4 cannot run: ZeRO-2 and ZeRO-3 divide gradients that a pipeline accumulates over micro-batches; the pipeline engine of DeepSpeed refuses them (trainer: common)',
      ],
    ],
    [
      'quantised base with tensor parallelism',
      `${base}search: { method: [qlora], tensor_parallel: [2] }`,
      [
        't.yaml:7:45: method qlora with tensor_parallel 2 cannot run: 4-bit base weights of bitsandbytes are not divided over tensor-parallel ranks (trainer: common)',
      ],
    ],
    [
      'a ZeRO stage that does not exist',
      `${base}search: { zero_stage: [4] }`,
      ['t.yaml:7:24: zero_stage, item 1: 4 is not one of 0, 1, 2, 3'],
    ],
    [
      'method that the trainer does not have',
      `${base}trainer: megatron-lm\nsearch: { method: [qlora] }`,
      ['t.yaml:8:19: Megatron-LM does not support method qlora (it supports: full)'],
    ],
    [
      'degrees that the trainer does not have',
      `${base}trainer: unsloth\nsearch: { method: [lora], tensor_parallel: [2, 4] }`,
      ['t.yaml:8:44: Unsloth does not support tensor_parallel 2, 4'],
    ],
    [
      'default method that the trainer does not have',
      `${base}trainer: fsdp-qlora`,
      ['t.yaml:7:10: FSDP-QLoRA (AnswerDotAI) does not support method full (it supports: lora, qlora)'],
    ],
    [
      'more ranks than GPUs',
      `${base}trainer: megatron-lm\nsearch: { tensor_parallel: [8], pipeline_parallel: [4, 8], max_gpus: 16 }`,
      ['t.yaml:8:70: tensor_parallel x pipeline_parallel take at least 32 GPUs, and max_gpus is 16'],
    ],
    [
      'more ranks than the default of GPUs',
      `${base}trainer: megatron-lm\nsearch: { tensor_parallel: [8], pipeline_parallel: [16] }`,
      ['t.yaml:8:52: tensor_parallel x pipeline_parallel take at least 128 GPUs, and max_gpus is 64 (the default)'],
    ],
    [
      'misspelt optimizer',
      `${base}search: { optimizer: [adamw8bit] }`,
      [
        't.yaml:7:23: optimizer, item 1: "adamw8bit" is not one of adamw, adamw-8bit, paged-adamw-8bit, adafactor, sgd, lion, muon (did you mean "adamw-8bit"?)',
      ],
    ],
    [
      'misspelt method',
      `${base}search: { method: [qlroa] }`,
      ['t.yaml:7:20: method, item 1: "qlroa" is not one of full, lora, qlora (did you mean "qlora"?)'],
    ],
    [
      'misspelt key',
      `${base}search: { micro_bacth: [1] }`,
      ['t.yaml:7:11: unknown key "micro_bacth" (did you mean "micro_batch"?)'],
    ],
    [
      'misspelt key of the adapters',
      `${base}search: { method: [lora], lora: { ranks: [8] } }`,
      ['t.yaml:7:35: unknown key "ranks" (did you mean "rank"?)'],
    ],
    [
      'key of serving',
      `${base}latency: { ttft_ms: 1 }`,
      [expect.stringMatching(/^t\.yaml:7:1: unknown key "latency"/)],
    ],
    [
      'objective of serving',
      `${base}objective: latency`,
      [
        't.yaml:7:12: objective: "latency" is an objective of serving; a training plan has least cost, time, gpus, energy',
      ],
    ],
    [
      'misspelt objective',
      `${base}objective: tiem`,
      ['t.yaml:7:12: objective: "tiem" is not one of cost, time, gpus, energy (did you mean "time"?)'],
    ],
    [
      'misspelt trainer',
      `${base}trainer: tortitan`,
      ['t.yaml:7:10: unknown trainer "tortitan" (did you mean "torchtitan"?)'],
    ],
    [
      'misspelt model',
      withModel('llama-3-7ob'),
      ['t.yaml:2:8: unknown model "llama-3-7ob" (did you mean "llama-3-70b"?)'],
    ],
    [
      'misspelt GPU and provider',
      `${base}search: { gpus: [hoper], providers: [runpot] }`,
      [
        't.yaml:7:18: unknown GPU, generation or vendor "hoper" (did you mean "hopper"?)',
        't.yaml:7:38: unknown provider "runpot" (did you mean "runpod"?)',
      ],
    ],
    [
      'all GPUs excluded',
      `${base}search: { gpus: [hopper], exclude_gpus: [nvidia] }`,
      ['t.yaml:7:27: exclude_gpus removes every GPU that the search allows'],
    ],
    ['no budget', `${base}budget: 0`, ['t.yaml:7:9: budget must be above 0, got 0']],
    [
      'budget in euros',
      `${base}budget: 500 EUR`,
      ['t.yaml:7:9: budget: expected US dollars as 500 or $500, got "500 EUR"'],
    ],
    [
      'hours with a unit',
      `${base}hours: 10h`,
      ['t.yaml:7:8: hours: expected a number of hours without a unit: the key already says hours, got "10h"'],
    ],
    [
      'loss of no trainer',
      `${base}loss: fussed`,
      ['t.yaml:7:7: loss: "fussed" is not one of full, chunked, fused (did you mean "fused"?)'],
    ],
    [
      'loss that the trainer does not have',
      `${base}trainer: deepspeed\nloss: chunked`,
      [
        't.yaml:8:7: DeepSpeed (with the Hugging Face trainer) does not compute a chunked loss (it computes: full, fused)',
      ],
    ],
    [
      'switch with a word',
      `${base}flash_attention: maybe`,
      ['t.yaml:7:18: flash_attention: expected true or false, got "maybe"'],
    ],
  ])('%s', (_, text, expected) => expect(messages(text)).toEqual(expected))

  it('torchtitan runs a pipeline with full shards, which DeepSpeed refuses', () => {
    expect(messages(`${base}trainer: torchtitan\nsearch: { zero_stage: [3], pipeline_parallel: [2] }`)).toEqual([])
  })

  it('a combination that one value of a list avoids is left to the search', () => {
    expect(messages(`${base}search: { zero_stage: [1, 3], pipeline_parallel: [1, 2] }`)).toEqual([])
    expect(messages(`${base}search: { zero_stage: [3], pipeline_parallel: [1, 2] }`)).toEqual([])
  })
})

describe('deadlines', () => {
  it.each<[string, string, string[]]>([
    ['a bare number', '72', [`t.yaml:6:11: deadline: ${deadlineForms}, got 72`]],
    ['no duration', 'soon', [`t.yaml:6:11: deadline: ${deadlineForms}, got "soon"`]],
    ['no time', '0h', ['t.yaml:6:11: deadline must be above 0, got "0h"']],
    ['negative', '-3d', ['t.yaml:6:11: deadline must be above 0, got "-3d"']],
    ['absurd', '20000d', ['t.yaml:6:11: deadline must be at most 3,650 d, got "20000d"']],
    ['no such day', '2027-02-30', [`t.yaml:6:11: deadline: ${deadlineForms}, got "2027-02-30"`]],
    [
      'in the past',
      '2026-08-31',
      ['t.yaml:6:11: the deadline is in the past: it ends 2026-09-01T00:00:00Z, the plan is made as of 2026-11-20'],
    ],
    [
      'over at midnight',
      '2026-11-19',
      ['t.yaml:6:11: the deadline is in the past: it ends 2026-11-20T00:00:00Z, the plan is made as of 2026-11-20'],
    ],
    ['today', '2026-11-20', []],
  ])('%s', (_, deadline, expected) => expect(messages(withDeadline(deadline), '2026-11-20')).toEqual(expected))

  it('a date means nothing without the day of the plan', () => {
    expect(messages(withDeadline('2030-01-01'))).toEqual([
      't.yaml:6:11: a deadline given as a date needs the day of the plan (--as-of)',
    ])
  })

  it('a bad value of --set names the flag', () => {
    expect(messages(base, '2026-11-20', ['deadline=2020-01-01'])).toEqual([
      '--set deadline: the deadline is in the past: it ends 2020-01-02T00:00:00Z, the plan is made as of 2026-11-20',
    ])
    expect(messages(base, undefined, ['data.tokens=0'])).toEqual(['--set data.tokens: tokens must be above 0, got 0'])
  })
})
