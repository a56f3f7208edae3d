import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { importOffers } from '../../../src/importing/offers/index.ts'
import { offersYaml } from '../../../src/importing/offers/offers-yaml.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { LOG_BYTES, PRICE_LIST_BYTES } from '../../../src/limits.ts'
import { checkLog } from '../../../src/logs/check.ts'
import { readStartLog } from '../../../src/logs/detect.ts'
import { checkLogJson, recordYaml } from '../../../src/report/check-log/data.ts'
import { checkLogText } from '../../../src/report/check-log/text.ts'
import { ROOT } from '../../cli/binary.ts'
import { endsWell, type Original } from './ends-well.ts'
import { expectBoth, filesOf, original, textReader } from './files.ts'

const textOf = textReader()
const catalog = await loadCatalog()

/** Headers as test/importing/offers has them, with where they were published. */
const LISTS: Readonly<Record<string, string>> = {
  own: `provider,instance,gpu,gpu_count,vcpus,ram_gb,region,usd_per_hour,spot_usd_per_hour,as_of,confidence,kind,link,max_instances,note
acme,box-8,h100-sxm-80gb,8,96,1024,eu-1,16.8,9.6,2026-08-01,high,broker,nvlink4,4,"paid, yearly"
acme,box-4,L40S,4,48,512,eu-1,4.4,,2026-08-02,high,cloud,pcie,,
B Corp,x,l4,1,8,64,,0.7,,,,,,,"a ""quoted"" word"
`,
  SkyPilot: `InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Price,SpotPrice,Region,AvailabilityZone
p5.48xlarge,H100-SXM,8,192,2048,"{'Gpus': [{'Name': 'H100', 'MemoryInfo': {'SizeInMiB': 81920}}]}",55.04,20.1,us-east-1,us-east-1a
g6.xlarge,L4,1,4,16,,0.8048,0.3,us-east-1,us-east-1b
m5.large,,,2,8,,0.096,0.03,us-east-1,us-east-1a
`,
  gpuhunt: `instance_name,location,price,cpu,memory,gpu_count,gpu_name,gpu_memory,spot,disk_size,gpu_vendor,flags,cpu_arch,provider_data
gpu_8x_h100_sxm5,us-east-1,31.92,208,1800.0,8,H100,80.0,False,,nvidia,,x86,{}
gpu_8x_h100_sxm5,us-east-1,20,208,1800.0,8,H100,80.0,True,,nvidia,,x86,{}
cpu_4x,us-east-1,0.2,4,16.0,0,,,False,,,,x86,{}
`,
}

describe('price lists with mishaps are read or refused', () => {
  test.each(Object.entries(LISTS))('%s', async (form, text) => {
    const lists = [original(form, text), ...Object.entries(LISTS).map(([name, each]) => original(name, each))]
    const read = (bytes: Buffer) => {
      const options = {
        catalog,
        provider: 'acme',
        form: null,
        regions: 'one',
        gpuNames: new Map(),
        confidence: null,
      } as const
      const result = importOffers([{ file: 'list.csv', text: textOf(bytes, PRICE_LIST_BYTES) }], {
        ...options,
        asOf: '2026-09-25',
      })
      const rows = result.read.reduce((sum, each) => sum + each.rows, 0)
      expect(result.used + result.skips.length).toBe(rows)
      return [result, result.files.map(offersYaml)]
    }
    expectBoth(await endsWell(form, lists, read))
  })
})

/** Logs of one engine; the folders and files below test/logs are called after them. */
function logsOf(engine: string): Original[] {
  const folder = `test/logs/${engine}`
  return readdirSync(join(ROOT, folder)).length === 0 ? [] : filesOf(folder, /\.log$/)
}

describe('logs with mishaps are read or refused', () => {
  test.each(['vllm', 'sglang', 'llama-cpp'])('%s', async (engine) => {
    // Stated where the log does not say it, as the flags of check-log do.
    const given = { model: 'llama-3.1-8b', gpu: 'h100-sxm-80gb', quantization: 'bf16' }
    const read = (bytes: Buffer) => {
      const log = readStartLog(textOf(bytes, LOG_BYTES))
      if (log === null) return null
      const check = checkLog(log, given, { file: 'engine.log' }, catalog)
      return [
        log.figures,
        check.figures,
        check.record,
        checkLogText(check, { color: false }),
        checkLogJson(check),
        recordYaml(check.record, { whole: true }),
      ]
    }
    const { accepted } = await endsWell(engine, logsOf(engine), read)
    expect(accepted).toBeGreaterThan(0)
  })
})
