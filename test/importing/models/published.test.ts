import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Architecture } from '../../../src/catalog/model.ts'
import { type ReadConfig, readConfig } from '../../../src/importing/models/config.ts'
import { layersOf } from '../../../src/importing/models/shape.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { parseJson } from '../../../src/io/parse-json.ts'
import { kvElementsPerToken } from '../../../src/model/kv.ts'
import { countParameters } from '../../../src/model/parameters.ts'
import { describeModel } from '../../../src/model/tensors.ts'

const FOLDER = new URL('../../fixtures/configs/', import.meta.url)
const catalog = await loadCatalog()

function read(repository: string): ReadConfig {
  const file = `${repository.replace('/', '--')}.json`
  return readConfig(parseJson(readFileSync(new URL(file, FOLDER), 'utf8'), file))
}

/** Models of the catalog whose repository has another name there: the base or the instructed one of the same shape. */
const CATALOG_IDS: Readonly<Record<string, string>> = {
  'meta-llama/Meta-Llama-3.1-8B': 'llama-3.1-8b',
  'meta-llama/Meta-Llama-3.1-70B': 'llama-3.1-70b',
  'meta-llama/Meta-Llama-3.1-405B': 'llama-3.1-405b',
  'meta-llama/Llama-3.2-1B': 'llama-3.2-1b',
  'nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8': 'nemotron-3-super-120b-a12b',
  'nvidia/Gemma-4-31B-IT-NVFP4': 'gemma-4-31b',
  'allenai/Olmo-3-7B': 'olmo-3-7b',
  'LiquidAI/LFM2.5-8B-A1B': 'lfm2.5-8b-a1b',
}

/**
 * Parameters as the hub's API states them (`safetensors.total`), and what of them is not the model: drafts (MTP), scales of blocks,
 * rotary buffers.
 */
const PUBLISHED: Readonly<Record<string, readonly [total: number, beyond?: number]>> = {
  'MiniMaxAI/MiniMax-M2.5': [228_703_644_928, 13_880_064],
  'Qwen/Qwen3-8B': [8_190_735_360],
  'Qwen/Qwen3-32B': [32_762_123_264],
  'Qwen/Qwen3-30B-A3B': [30_532_122_624],
  'Qwen/Qwen3-235B-A22B': [235_093_634_560],
  'Qwen/Qwen3-Coder-480B-A35B-Instruct': [480_154_875_392],
  'arcee-ai/Trinity-Large-Preview': [398_635_286_016],
  'deepseek-ai/DeepSeek-V3': [684_531_386_000, 13_504_966_800],
  'deepseek-ai/DeepSeek-V3.2': [685_355_329_792, 13_477_385_728],
  'deepseek-ai/DeepSeek-V4-Flash': [290_944_616_402, 6_612_375_931],
  'google/gemma-3-27b-it': [27_432_406_640],
  'meta-llama/Meta-Llama-3.1-8B': [8_030_261_248],
  'meta-llama/Meta-Llama-3.1-70B': [70_553_706_496],
  'meta-llama/Meta-Llama-3.1-405B': [405_853_388_800],
  'mistralai/Mistral-Small-3.1-24B-Instruct-2503': [24_011_361_280],
  'mistralai/Mixtral-8x7B-v0.1': [46_702_792_704],
  'mistralai/Mixtral-8x22B-v0.1': [140_620_634_112],
  'moonshotai/Kimi-K2-Instruct': [1_026_408_235_864, 3_416],
  'nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16': [31_577_937_344],
  'nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8': [123_611_012_096, 2_942_324_736],
  'openai/gpt-oss-20b': [20_914_757_184],
  'openai/gpt-oss-120b': [116_829_156_672],
  'tencent/Hy3-preview': [298_786_155_776, 3_752_612_288],
  'zai-org/GLM-4.5-Air': [110_468_824_832, 3_616_573_568],
  'zai-org/GLM-5': [753_864_139_008, 9_952_920_576],
  'zai-org/GLM-5.2': [753_329_940_480, 9_952_920_576],
}

const repositories = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace(/\.json$/, '').replace('--', '/'))

function kvElements(architecture: Architecture): number {
  return layersOf(architecture).reduce((sum, { attention }) => sum + kvElementsPerToken(attention), 0)
}

describe('published config.json files', () => {
  it('there are enough of them, and every figure below has its file', () => {
    expect(repositories.length).toBeGreaterThanOrEqual(40)
    expect(Object.keys(PUBLISHED).length).toBeGreaterThanOrEqual(25)
    expect(repositories).toEqual(expect.arrayContaining([...Object.keys(PUBLISHED), ...Object.keys(CATALOG_IDS)]))
  })

  for (const repository of repositories) {
    it(`${repository} is the model of the catalog`, () => {
      const id = CATALOG_IDS[repository]
      const models = [...catalog.models.values()]
      const entry = models.find((model) => (id === undefined ? model.huggingface === repository : model.id === id))
      if (entry?.architecture === undefined) throw new Error('no such model in the catalog')
      const { architecture } = read(repository)
      const counts = countParameters(describeModel(architecture))
      expect(counts).toEqual(countParameters(describeModel(entry.architecture)))
      expect(kvElements(architecture)).toBe(kvElements(entry.architecture))
      expect(layersOf(architecture)).toEqual(layersOf(entry.architecture))
      const published = PUBLISHED[repository]
      if (published !== undefined) expect(counts.total).toBe(published[0] - (published[1] ?? 0))
    })
  }

  it('say in which format the checkpoint is', () => {
    const schemes = repositories.map((repository) => [repository, read(repository).quantization?.scheme])
    expect(Object.fromEntries(schemes.filter(([, scheme]) => scheme !== undefined))).toEqual({
      'MiniMaxAI/MiniMax-M2.5': 'fp8',
      'XiaomiMiMo/MiMo-V2-Flash': 'fp8',
      'deepseek-ai/DeepSeek-V3': 'fp8',
      'deepseek-ai/DeepSeek-V3.2': 'fp8',
      'deepseek-ai/DeepSeek-V4-Flash': 'deepseek-v4-fp4',
      'deepseek-ai/DeepSeek-V4-Pro': 'deepseek-v4-fp4',
      'moonshotai/Kimi-K2-Instruct': 'fp8',
      'moonshotai/Kimi-K2.5': 'int4-g32',
      'moonshotai/Kimi-K3': 'mxfp4',
      'nvidia/Gemma-4-31B-IT-NVFP4': 'nvfp4',
      'openai/gpt-oss-120b': 'mxfp4',
      'openai/gpt-oss-20b': 'mxfp4',
    })
  })
})
