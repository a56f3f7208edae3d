import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { describeModel, type Tensor } from '../../src/model/tensors.ts'
import { shippedArchitecture } from './shipped.ts'

/** Tensor by tensor, what the sums over them do not show: names, classes, how each is divided, and where an adapter goes. */
const listed = readFileSync(new URL('../fixtures/tensor-lists.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .join('\n')
  .split(/\n(?=\S)/)

function line(tensor: Tensor): string {
  const { name, class: kind, inputs, outputs, copies, activeCopies, shard, kvHeads, lora } = tensor
  return [
    `  ${name} ${kind} ${inputs} x ${outputs}`,
    ...(copies === 1 ? [] : [`x ${copies}`]),
    ...(activeCopies === copies ? [] : [`(${activeCopies} active)`]),
    shard,
    ...(kvHeads === undefined ? [] : [kvHeads]),
    ...(lora === null ? [] : [`lora:${lora}`]),
  ].join(' ')
}

function list(id: string): string {
  const model = describeModel(shippedArchitecture(id))
  const seen = new Set<string>()
  const layers = model.kinds.flatMap(({ tensors }, kind) => {
    const lines = tensors.map(line)
    if (seen.has(lines.join('\n'))) return []
    seen.add(lines.join('\n'))
    return [` layer ${model.kindOfLayer.indexOf(kind)}`, ...lines]
  })
  const ends = [' first', ...model.first.map(line), ...layers, ' last', ...model.last.map(line)]
  return [`${id}${model.tied ? ' tied' : ''}`, ...ends].join('\n')
}

it.each(listed.map((text) => [text.split(/[ \n]/, 1)[0]!, text] as const))(
  '%s consists of these tensors',
  (id, text) => {
    expect(list(id)).toBe(text)
  },
)
