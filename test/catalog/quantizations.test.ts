import { describe, expect, it } from 'vitest'
import { quantizationSchema } from '../../src/catalog/quantization.ts'
import { engines, evaluate, gpus, kernelIds, kvFormat, kvFormats, quantization, quantizations } from './formats.ts'

const engineIds = [...engines.values()].map(({ id }) => id)
const generations = new Set(gpus.map(({ generation }) => generation))

describe('evaluate', () => {
  it('knows precedence and parentheses, and refuses anything that is not arithmetic', () => {
    expect(evaluate('4 + 16/128 + 4/128')).toBe(4.15625)
    expect(evaluate('(1 + 2)*3 - 4/2')).toBe(7)
    expect(() => evaluate('process.exit(1)')).toThrow('not arithmetic')
    expect(() => evaluate('1 +')).toThrow('not arithmetic')
  })
})

describe.each([
  ['weight formats', quantizations],
  ['KV formats', kvFormats],
] as const)('%s', (_, formats) => {
  it('keep each format in the file of its name', () => {
    for (const [file, { id }] of formats) expect(id).toBe(file)
  })

  it('have no id or alias twice', () => {
    const names = [...formats.values()].flatMap(({ id, aliases }) => [id, ...aliases])
    expect(new Set(names).size).toBe(names.length)
  })

  it('name engines, generations, kernels and formats that exist, each engine decided on every GPU', () => {
    for (const { id, support } of formats.values()) {
      for (const row of support) {
        for (const name of row.engines ?? []) expect(engineIds, id).toContain(name)
        for (const name of row.generations ?? []) expect(generations, id).toContain(name)
        if (row.kernel !== undefined) expect(kernelIds, id).toContain(row.kernel)
        expect(row.expands_to !== undefined, `${id}: ${row.reason}`).toBe(row.level === 'expanded')
        if (row.expands_to !== undefined) expect([...quantizations.keys()]).toContain(row.expands_to)
      }
      for (const engine of engineIds) {
        // A row without a condition on the GPU leaves none without a written reason.
        const unconditional = support.some(
          (row) =>
            (row.engines === undefined || row.engines.includes(engine)) &&
            row.generations === undefined &&
            row.vendors === undefined &&
            row.needs === undefined,
        )
        expect(unconditional, `${id} under ${engine}`).toBe(true)
      }
    }
  })
})

describe('weight formats', () => {
  it('have the bits of their formula', () => {
    for (const { id, bits, bits_formula, other_bits } of quantizations.values()) {
      // EXL2 files mix 2 to 8 bits to the average in their name.
      const [, average] = /^exl2-([\d.]+)bpw$/.exec(id) ?? []
      if (average !== undefined) {
        expect([bits.linear, bits.expert], id).toEqual([Number(average), Number(average)])
        continue
      }
      // Formats that treat experts apart give the formula of the experts.
      expect(evaluate(bits_formula), id).toBeCloseTo(bits.expert ?? other_bits, 9)
    }
  })

  it('use kernels of the catalog', () => {
    for (const { id, kernel, expert_kernel } of quantizations.values()) {
      expect(kernelIds, id).toContain(kernel)
      if (expert_kernel !== undefined) expect(kernelIds, id).toContain(expert_kernel)
    }
  })

  it('have ranges with the lower end first', () => {
    for (const { id, quality } of quantizations.values()) {
      for (const [low, high] of [quality.small, quality.medium, quality.large])
        expect(low, id).toBeLessThanOrEqual(high)
    }
  })

  // gpustack/gguf-parser-go ggml.go (bytes per block); vllm-project/llm-compressor; openai/gpt-oss: MXFP4 4 + 8/32.
  it.each([
    ['bf16', 'linear', undefined],
    ['fp8', 'linear', 8],
    ['int8', 'expert', 8],
    ['awq-int4', 'linear', 4.15625],
    ['gptq-int4', 'linear', 4.15625],
    ['int4-g32', 'expert', 4.5],
    ['int4-g32', 'linear', undefined],
    ['nf4', 'linear', 4.5],
    ['mxfp4', 'expert', 4.25],
    ['mxfp4', 'expert_bias', 32],
    ['mxfp4', 'linear', undefined],
    ['nvfp4', 'linear', 4.5],
    ['deepseek-v4-fp4', 'linear', 8],
    ['deepseek-v4-fp4', 'expert', 4.25],
    ['gguf-q4_k_m', 'linear', 4.5],
    ['gguf-q8_0', 'head', 8.5],
  ] as const)('%s stores %s at %s bits', (id, tensor, bits) => {
    expect(quantization(id).bits[tensor]).toBe(bits)
  })

  it('keep embedding, head, norms and router of safetensors formats at 16 bit', () => {
    for (const { id, gguf, bits, other_bits } of quantizations.values()) {
      if (gguf !== undefined) continue
      // turboderp-org/exllamav2: the head of an EXL2 file has 6 bits.
      const head = id.startsWith('exl2-') ? 6 : undefined
      expect([bits.embedding, bits.head, bits.norm, bits.router], id).toEqual([undefined, head, undefined, undefined])
      expect(other_bits, id).toBe(id === 'fp32' ? 32 : 16)
    }
  })

  it('refuses a format without support rows', () => {
    expect(quantizationSchema.safeParse({ ...quantization('fp8'), support: [] }).success).toBe(false)
  })
})

/** Llama 3.1 8B by hand: 32 layers, 4096 wide, 8 kv heads of 128, MLP 14,336, vocabulary 128,256. */
const llama8b = {
  linear: 32 * (2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14336),
  table: 128256 * 4096,
  norms: 65 * 4096,
  valueAndDown: 4096 * 1024 + 4096 * 14336,
}
/** Layers 0-3, 28-31 and 6, 9, ..., 27 of 32. */
const RAISED_LAYERS = 16

describe('GGUF mixes', () => {
  // Whole-file averages of Llama-3.1-8B: ggml-org/llama.cpp tools/quantize/README.md; Q4_0 and Q3_K_M: file sizes of
  // 4.34 and 3.74 GiB in the perplexity table of the same repository.
  it.each([
    ['gguf-q8_0', 8.5008, 0.0005],
    ['gguf-q6_k', 6.5633, 0.0005],
    ['gguf-q5_k_m', 5.7036, 0.0005],
    ['gguf-q4_k_m', 4.8944, 0.0005],
    ['gguf-iq4_xs', 4.4597, 0.0005],
    ['gguf-q2_k', 3.1593, 0.002],
    ['gguf-q4_0', (4.34 * 2 ** 30 * 8) / 8030261248, 0.01],
    ['gguf-q3_k_m', (3.74 * 2 ** 30 * 8) / 8030261248, 0.01],
  ])('%s averages %f bits over Llama 3.1 8B', (id, published, tolerance) => {
    const { bits, gguf } = quantization(id)
    const raised = gguf?.raised_bits === undefined ? 0 : RAISED_LAYERS * llama8b.valueAndDown
    const total =
      llama8b.linear * (bits.linear ?? 16) +
      raised * ((gguf?.raised_bits ?? 0) - (bits.linear ?? 0)) +
      llama8b.table * ((bits.embedding ?? 16) + (gguf?.head_bits ?? 16)) +
      llama8b.norms * (bits.norm ?? 16)
    const average = total / (llama8b.linear + 2 * llama8b.table + llama8b.norms)
    expect(Math.abs(average - published)).toBeLessThan(tolerance)
  })

  // gpt-oss-120b: 36 layers, 2880 wide, 128 experts of 2880, 64 heads and 8 kv heads of 64, vocabulary 201,088. Published file: 63.37 GB.
  it('give gpt-oss-120b its published file size', () => {
    const { bits } = quantization('gguf-mxfp4')
    const experts = 36 * 128 * 3 * 2880 * 2880
    const biases = 36 * 128 * 3 * 2880
    const attention = 36 * (2 * 2880 * 4096 + 2 * 2880 * 512)
    const tables = 2 * 201088 * 2880
    const router = 36 * 128 * 2880
    const of = (count: number, kind: keyof typeof bits) => (count * (bits[kind] ?? 16)) / 8
    const bytes =
      of(experts, 'expert') +
      of(biases, 'expert_bias') +
      of(attention, 'linear') +
      of(tables, 'head') +
      of(router, 'router')
    expect(bytes / 1e9).toBeCloseTo(63.37, 1)
  })
})

describe('KV formats', () => {
  it('have the bytes of their formula', () => {
    for (const { id, bytes_per_element, bytes_formula } of kvFormats.values()) {
      expect(evaluate(bytes_formula), id).toBeCloseTo(bytes_per_element, 9)
    }
  })

  // vllm-project/vllm vllm/config/cache.py; GGUF blocks: 34 and 18 bytes per 32 values.
  it.each([
    ['bf16', 2, 0],
    ['fp8', 1, 0],
    ['int8', 1, 4],
    ['int4', 0.5, 4],
    ['nvfp4', 0.5625, 0],
    ['q8_0', 1.0625, 0],
    ['q4_0', 0.5625, 0],
  ])('%s: %f bytes an element, %d a token and head', (id, element, head) => {
    expect(kvFormat(id).bytes_per_element).toBe(element)
    expect(kvFormat(id).bytes_per_token_and_head).toBe(head)
  })

  it('name a flag value for exactly the engines that take them', () => {
    for (const { id, support, engine_values } of kvFormats.values()) {
      const taken = engineIds.filter((engine) =>
        support.some((row) => row.level !== 'refused' && (row.engines === undefined || row.engines.includes(engine))),
      )
      expect(Object.keys(engine_values).sort(), id).toEqual(taken.sort())
    }
  })

  it('expect a loss inside their range', () => {
    for (const { id, loss, typical_loss } of kvFormats.values()) {
      expect(typical_loss ?? loss[0], id).toBeGreaterThanOrEqual(loss[0])
      expect(typical_loss ?? loss[1], id).toBeLessThanOrEqual(loss[1])
    }
  })
})
