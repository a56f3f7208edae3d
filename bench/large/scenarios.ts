import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { numbers, pick } from './draw.ts'

const SERVED = [
  'llama-3.1-8b',
  'llama-3.1-70b',
  'qwen2.5-32b',
  'qwen2.5-72b',
  'mixtral-8x7b',
  'mistral-7b-v0.3',
  'gemma-3-27b',
  'phi-4',
]
const TRAINED = ['llama-3.1-8b', 'llama-3.1-70b', 'qwen2.5-7b', 'mistral-7b-v0.3']
const GPUS = ['ada', 'ampere', 'hopper', 'blackwell', 'amd']

/** One in so many compared scenarios trains. */
const TRAINING = 8

/** Files of different scenarios: other models, rates, lengths and GPUs. */
export function writeScenarios(directory: string, count: number): void {
  const next = numbers()
  for (let index = 0; index < count; index++) {
    const text = index % TRAINING === 0 ? training(next) : `${serving(next).join('\n')}\n`
    writeFileSync(join(directory, `${String(index).padStart(4, '0')}.yaml`), text)
  }
}

function serving(next: () => number): string[] {
  const input = 100 * Math.ceil(next() * 30)
  const output = 50 * Math.ceil(next() * 12)
  return [
    'kind: serve',
    `model: ${pick(next, SERVED)}`,
    'context: 8192',
    `traffic: { requests_per_second: ${Math.ceil(next() * 200) / 10}, input_tokens: ${input}, output_tokens: ${output} }`,
    'latency: { ttft_ms: 3000, tpot_ms: 60 }',
    `search: { gpus: [${pick(next, GPUS)}] }`,
  ]
}

function training(next: () => number): string {
  return `kind: train
model: ${pick(next, TRAINED)}
data: { tokens: ${Math.ceil(next() * 50)}M }
sequence_length: 2048
global_batch: 64
search: { method: [${pick(next, ['lora', 'qlora'])}], gpus: [${pick(next, GPUS)}] }
`
}

/** Kinds of owned nodes, each with GPUs and dollars of one. */
const NODES = [
  { gpu: 'h200-sxm-141gb', gpus: 8, capex: 340_000, watts: 10_200 },
  { gpu: 'h100-sxm-80gb', gpus: 8, capex: 280_000, watts: 10_200 },
  { gpu: 'a100-sxm-80gb', gpus: 8, capex: 120_000, watts: 6_500 },
  { gpu: 'l40s', gpus: 4, capex: 48_000, watts: 2_200 },
] as const

/** A fleet of so many owned nodes of four kinds under three workloads for every ten nodes. */
export function writeFleet(directory: string, nodes: number): void {
  const next = numbers()
  const inventory = NODES.map(({ gpu, gpus, capex, watts }, kind) => {
    const own = Math.floor((nodes * (kind + 1)) / NODES.length) - Math.floor((nodes * kind) / NODES.length)
    return `  - { name: kind-${kind}, gpu: ${gpu}, gpus_per_node: ${gpus}, nodes: ${own}, owned: { capex: ${capex}, years: 4, watts: ${watts}, usd_per_kwh: 0.11, pue: 1.3 } }`
  })
  const workloads = Array.from({ length: workloadsOf(nodes) }, (_, index) => {
    const [kind, model, ...lines] = serving(next).slice(0, -1)
    return `  - { ${[kind, `name: workload-${index}`, model, ...lines].join(', ')} }`
  })
  const text = `kind: fleet\ninventory:\n${inventory.join('\n')}\nworkloads:\n${workloads.join('\n')}\n`
  writeFileSync(join(directory, `fleet-${nodes}.yaml`), text)
}

/** 60 on 200 nodes. */
export function workloadsOf(nodes: number): number {
  return Math.round(nodes * 0.3)
}

/** A serving scenario of one model over its whole space. */
export function writeServing(path: string, model: string): void {
  writeFileSync(
    path,
    `kind: serve\nmodel: ${model}\ncontext: 2048\ntraffic: { requests_per_second: 5, input_tokens: 1024, output_tokens: 256 }\n`,
  )
}
