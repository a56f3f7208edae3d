import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { gpuFileSchema } from '../../src/catalog/gpu.ts'
import { type OfferFile, offerFileSchema, offerSchema } from '../../src/catalog/offer.ts'
import { linkSchema } from '../../src/catalog/performance.ts'

const folder = new URL('../../catalogs/offers/', import.meta.url)
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))

function read(name: string): OfferFile {
  return offerFileSchema.parse(parse(readFileSync(new URL(name, folder), 'utf8')))
}

const shippedGpus = new Map(
  readFolder('gpus')
    .flatMap((file) => gpuFileSchema.parse(file).gpus)
    .map((gpu) => [gpu.id, gpu]),
)
const shippedLinks = new Set(readFolder('links').map((file) => linkSchema.parse(file).id))

function readFolder(subject: string): unknown[] {
  const other = new URL(`../../catalogs/${subject}/`, import.meta.url)
  return readdirSync(other).map((name) => parse(readFileSync(new URL(name, other), 'utf8')))
}

const catalog = files.map((name) => ({ file: name, ...read(name) }))
const all = catalog.flatMap(({ provider, set, as_of, offers }) =>
  offers.map((offer) => ({
    ...offer,
    id: `${provider}/${offer.instance}/${offer.region}`,
    provider,
    set: set ?? null,
    date: offer.as_of ?? as_of,
  })),
)

function one(id: string) {
  const offer = all.find((entry) => entry.id === id)
  if (offer === undefined) throw new Error(`no offer ${id}`)
  return offer
}

describe('catalogs/offers', () => {
  /**
   * Counted when the price tables were taken over, 657 rows in all. Of those, one has no price (AWS p5e.48xlarge), two give
   * one shape (GCP a3-highgpu-8g in us-central1), three are the article's; GCP lists its TPUs in 14 rows per chip, here
   * 38 slices: 657 - 1 - 1 - 3 - 14 + 38 = 676. The article's three prices, for 1, 2, 4 and 8 GPUs, add 12.
   */
  it('holds every usable row', () => {
    expect(Object.fromEntries(catalog.map(({ file, offers }) => [file.replace('.yaml', ''), offers.length]))).toEqual({
      aws: 56,
      azure: 26,
      coreweave: 3,
      cr8dl: 2,
      cudo: 24,
      dataoorts: 9,
      digitalocean: 4,
      'dstack-sky': 4,
      exoscale: 10,
      fluidstack: 8,
      gcp: 68,
      hotaisle: 1,
      hyperbolic: 3,
      hyperstack: 24,
      jarvislabs: 20,
      lambda: 18,
      latitude: 4,
      lium: 23,
      mithril: 4,
      nebius: 12,
      novonimbus: 16,
      oblivus: 26,
      oci: 12,
      ovhcloud: 26,
      paperspace: 15,
      primeintellect: 57,
      runpod: 12,
      'runpod-article-2026-03': 12,
      scaleway: 2,
      seeweb: 26,
      shadeform: 67,
      simplepod: 17,
      spheron: 16,
      vast: 38,
      verda: 19,
      yotta: 4,
    })
    expect(all.length).toBe(676 + 12)
  })

  it('names each file after its provider and set', () => {
    for (const { file, provider, set } of catalog) expect(file).toBe(`${set ? `${provider}-${set}` : provider}.yaml`)
  })

  it('has no price that is zero and no offer without one', () => {
    for (const { id, usd_per_hour } of all) {
      const prices = Object.values(usd_per_hour)
      expect(prices.length, id).toBeGreaterThan(0)
      for (const price of prices) expect(price, id).toBeGreaterThan(0)
    }
  })

  it('takes no price that nobody pays, and hardware that is written off within days', () => {
    const priced = (usd: number) => ({ ...offer, usd_per_hour: { 'on-demand': usd } })
    const owned = (change: object) => ({
      ...offer,
      owned: { capex_usd: 300_000, years: 4, watts: 10_200, usd_per_kwh: 0.12, ...change },
    })
    const offer = { instance: 'a', gpu: 'l4', gpu_count: 1, region: 'here', confidence: 'high', source: 'drawn' }
    const taken = (value: object): boolean => offerSchema.safeParse(value).success
    for (const usual of [
      priced(1e6),
      owned({}),
      owned({ capex_usd: 1e9, years: 0.01, watts: 1e6, usd_per_kwh: 100, pue: 10 }),
    ])
      expect(taken(usual)).toBe(true)
    for (const change of [
      { capex_usd: 1.1e9 },
      { years: 0.009 },
      { years: 51 },
      { watts: 1.1e6 },
      { usd_per_kwh: 101 },
      { pue: 11 },
    ])
      expect(taken(owned(change)), JSON.stringify(change)).toBe(false)
    expect(taken(priced(1.1e6))).toBe(false)
  })

  it('has no spot price at or above on-demand: that marks an unknown one', () => {
    for (const { id, usd_per_hour: prices } of all)
      if (prices.spot !== undefined && prices['on-demand'] !== undefined)
        expect(prices.spot, id).toBeLessThan(prices['on-demand'])
  })

  it('has unique ids', () => {
    const seen = new Set<string>()
    const repeated = all.filter(({ id }) => seen.size === seen.add(id).size)
    expect(repeated.map(({ id }) => id)).toEqual([])
  })

  it('sells only GPUs of the catalog, over links of the catalog', () => {
    expect(all.filter(({ gpu }) => !shippedGpus.has(gpu)).map(({ id, gpu }) => `${id}: ${gpu}`)).toEqual([])
    expect(all.filter(({ link }) => link !== null && !shippedLinks.has(link)).map(({ id }) => id)).toEqual([])
  })

  it('names the link of every shape with several GPUs, and of no other', () => {
    for (const { id, gpu_count, link } of all) expect(link !== null, id).toBe(gpu_count > 1)
  })

  // Azure bridges the two cards of NC48ads (270 GB/s measured between them); for its two H100 NVL no bridge is stated.
  it('joins GPUs as their boards are joined, with two known exceptions', () => {
    const others = all.filter(({ gpu, link }) => link !== null && link !== shippedGpus.get(gpu)?.interconnect.link)
    expect(Object.fromEntries(others.map(({ id, link }) => [id, link]))).toEqual({
      'azure/Standard_NC48ads_A100_v4/eastus': 'nvlink3',
      'azure/Standard_NC80adis_H100_v5/eastus': 'pcie',
    })
  })

  it('dates every offer no later than the snapshots', () => {
    for (const { id, date } of all) expect(date <= '2026-11-20', id).toBe(true)
  })

  it('says in a note why a price that could be better known is not trusted', () => {
    const google = all.filter(({ provider, gpu }) => provider === 'gcp' && /^(h100|h200|b200)-/.test(gpu))
    expect(google).toHaveLength(9)
    for (const { id, confidence, note } of [...google, ...all.filter(({ provider }) => provider === 'mithril')]) {
      expect(confidence, id).toBe('low')
      expect(note, id).toMatch(/^low: |; low: /)
    }
  })

  // zz_generated.pricing_aws.go, 2026-07-20; RunPod in the SkyPilot catalog; GCP TPU v5p per chip 4.20, four chips a slice.
  it('repeats published prices', () => {
    expect(one('aws/p5.48xlarge/us-east-1')).toMatchObject({
      gpu: 'h100-sxm-80gb',
      gpu_count: 8,
      usd_per_hour: { 'on-demand': 55.04, spot: 16.9508 },
      link: 'nvlink4',
      network_gbit_per_second: 3200,
      date: '2026-07-20',
      confidence: 'high',
    })
    expect(one('gcp/a2-highgpu-1g/us-central1').usd_per_hour).toEqual({
      'on-demand': 3.673385,
      spot: 1.92802,
      'reserved-1y': 2.314207,
      'reserved-3y': 1.285708,
    })
    expect(one('runpod/8x_H100-SXM_SECURE/multi').usd_per_hour).toEqual({ 'on-demand': 26.32 })
    expect(one('gcp/v5p-8/us-east1')).toMatchObject({ gpu_count: 4, usd_per_hour: { 'on-demand': 16.8, spot: 8.4 } })
  })

  // Article "LLM VRAM Requirements", March 2026: 1.99, 2.69 and 3.49 per GPU-hour; 2 x 1.99 = 3.98; 8 x 2.69 = 21.52.
  it("keeps the article's prices apart, in their own set", () => {
    const article = all.filter(({ set }) => set === 'article-2026-03')
    const perGpu = { 'h100-pcie-80gb': 1.99, 'h100-sxm-80gb': 2.69, mi300x: 3.49 }
    for (const { gpu, gpu_count, usd_per_hour, date, provider } of article) {
      expect([provider, date]).toEqual(['runpod', '2026-03'])
      expect(usd_per_hour['on-demand']).toBeCloseTo(perGpu[gpu as keyof typeof perGpu] * gpu_count, 10)
    }
    expect(one('runpod/2x H100 PCIe (article)/unstated').usd_per_hour['on-demand']).toBe(3.98)
    expect(one('runpod/8x H100 SXM (article)/unstated').usd_per_hour['on-demand']).toBe(21.52)
    const listed = all.filter(({ provider, set }) => provider === 'runpod' && set === null)
    expect(
      listed.filter(({ gpu_count, usd_per_hour }) =>
        [1.99, 2.69, 3.49].includes((usd_per_hour['on-demand'] ?? 0) / gpu_count),
      ),
    ).toEqual([])
  })
})
