import type { Gpu } from '../../catalog/gpu.ts'

/**
 * What a name of a GPU says. The names are those of price lists: `A100-80GB-SXM`, `NVIDIA_GeForce_RTX_5090_32G`, `H100_SXM5`,
 * `RTX6000-Ada`, `tpu-v6e-8`.
 */
export interface GpuName {
  /** Ids of the catalog that the name can stand for; several where it leaves out the form factor or the memory. */
  readonly candidates: readonly string[]
  /** Gigabytes that the name states; null where it states none. */
  readonly gigabytes: number | null
}

/** Form factors as names write them. */
type Form = 'sxm' | 'pcie' | 'nvl'

/** Ids whose form factor differs under one name, by their form. An id that is absent has one form only. */
const FORMS: Readonly<Record<string, Form>> = {
  'a100-pcie-40gb': 'pcie',
  'a100-pcie-80gb': 'pcie',
  'a100-sxm-40gb': 'sxm',
  'a100-sxm-80gb': 'sxm',
  'h100-pcie-80gb': 'pcie',
  'h100-sxm-80gb': 'sxm',
  'h100-nvl-94gb': 'nvl',
  'h200-sxm-141gb': 'sxm',
  'h200-nvl-141gb': 'nvl',
  'h800-sxm-80gb': 'sxm',
  'v100-pcie-16gb': 'pcie',
  'v100-pcie-32gb': 'pcie',
  'v100-sxm2-16gb': 'sxm',
  'v100-sxm2-32gb': 'sxm',
}

/** Names as makers and price lists write them, in capitals without blanks and marks -> ids of the catalog. */
const MODELS: Readonly<Record<string, readonly string[]>> = {
  T4: ['t4'],
  V100: ['v100-sxm2-16gb', 'v100-sxm2-32gb', 'v100-pcie-16gb', 'v100-pcie-32gb'],
  V100S: ['v100s-pcie-32gb'],
  A10: ['a10'],
  A10G: ['a10g'],
  A16: ['a16'],
  A30: ['a30'],
  A40: ['a40'],
  A100: ['a100-pcie-40gb', 'a100-sxm-40gb', 'a100-pcie-80gb', 'a100-sxm-80gb'],
  A4000: ['rtx-a4000'],
  RTXA4000: ['rtx-a4000'],
  A5000: ['rtx-a5000'],
  RTXA5000: ['rtx-a5000'],
  A6000: ['rtx-a6000'],
  RTXA6000: ['rtx-a6000'],
  L4: ['l4'],
  L40: ['l40'],
  L40S: ['l40s'],
  RTX3090: ['rtx-3090'],
  RTX4090: ['rtx-4090'],
  RTX5090: ['rtx-5090'],
  RTX6000ADA: ['rtx-6000-ada'],
  RTX6000ADAGENERATION: ['rtx-6000-ada'],
  '6000ADA': ['rtx-6000-ada'],
  RTXPRO4500: ['rtx-pro-4500-blackwell'],
  RTXPRO4500BLACKWELL: ['rtx-pro-4500-blackwell'],
  RTXPRO6000: ['rtx-pro-6000-blackwell-server', 'rtx-pro-6000-blackwell-workstation'],
  RTXPRO6000BLACKWELL: ['rtx-pro-6000-blackwell-server', 'rtx-pro-6000-blackwell-workstation'],
  // `S` and `WS`: Server and Workstation Edition in SkyPilot's Vast catalog (skypilot-catalog catalogs/v8/common/accelerators.csv).
  RTXPRO6000S: ['rtx-pro-6000-blackwell-server'],
  RTXPRO6000SERVER: ['rtx-pro-6000-blackwell-server'],
  RTXPRO6000BLACKWELLSERVEREDITION: ['rtx-pro-6000-blackwell-server'],
  RTXPRO6000WS: ['rtx-pro-6000-blackwell-workstation'],
  RTXPRO6000BLACKWELLWORKSTATIONEDITION: ['rtx-pro-6000-blackwell-workstation'],
  H20: ['h20'],
  H100: ['h100-pcie-80gb', 'h100-sxm-80gb', 'h100-nvl-94gb'],
  // Google's a3-megagpu machines: H100 80GB of the SXM form with a faster network.
  H100MEGA: ['h100-sxm-80gb'],
  H200: ['h200-sxm-141gb', 'h200-nvl-141gb'],
  H800: ['h800-sxm-80gb'],
  GH200: ['gh200-96gb', 'gh200-144gb'],
  B200: ['b200-sxm'],
  B300: ['b300-sxm'],
  GB200: ['gb200-nvl72'],
  GB300: ['gb300-nvl72'],
  MI210: ['mi210'],
  MI250X: ['mi250x'],
  MI300X: ['mi300x'],
  MI325X: ['mi325x'],
  MI355X: ['mi355x'],
  GAUDI2: ['gaudi2'],
  GAUDI3: ['gaudi3'],
}

/** Words that say who made a board, not which it is. */
const MAKERS = /\b(NVIDIA|GEFORCE|TESLA|AMD|INSTINCT|RADEON|INTEL|HABANA|HL|TENSOR|CORE|GPU)\b/g
/** Words about the machine around the board: rented bare, or with a fast memory of the kind that all such boards have. */
const NEUTRAL = /\b(BAREMETAL|NVLINK|HBM2E?|HBM3E?|DGX)\b/g
const MEMORY = /\b(\d{2,3})\s?GI?B?\b/
/** Form factors; the reference boards HGX are SXM. `H100NVL` is written together in some lists. */
const FORM_WORDS: readonly (readonly [RegExp, Form])[] = [
  [/\bSXM\d?\b|\bHGX\b/, 'sxm'],
  [/\bPCIE\b/, 'pcie'],
  [/\bNVL\b|(?<=H[12]00)NVL\b/, 'nvl'],
]

/**
 * The GPUs of the catalog that a name can stand for; none where it is not known, or holds a word that this program does not know: a
 * `4090D` is not a 4090.
 */
export function readGpuName(name: string, gpus: ReadonlyMap<string, Gpu>): GpuName {
  let known = read.get(gpus)
  if (known === undefined) {
    known = new Map()
    read.set(gpus, known)
  }
  let found = known.get(name)
  if (found === undefined) {
    found = parse(name, gpus)
    known.set(name, found)
  }
  return found
}

/** Price lists repeat a few dozen names tens of thousands of times. */
const read = new WeakMap<ReadonlyMap<string, Gpu>, Map<string, GpuName>>()

function parse(name: string, gpus: ReadonlyMap<string, Gpu>): GpuName {
  if (gpus.has(name)) return { candidates: [name], gigabytes: null }
  let words = name
    .toUpperCase()
    .replace(/[_\-/(),.]+/g, ' ')
    .replace(/[®™]/g, '')
    .replace(MAKERS, ' ')
    .replace(NEUTRAL, ' ')
  const memory = MEMORY.exec(words)
  if (memory !== null) words = words.replace(memory[0], ' ')
  const forms: Form[] = []
  for (const [pattern, form] of FORM_WORDS) {
    if (!pattern.test(words)) continue
    forms.push(form)
    words = words.replace(pattern, ' ')
  }
  const key = words.replace(/\s+/g, '')
  const gigabytes = memory === null ? null : Number(memory[1])
  const known = Object.hasOwn(MODELS, key) ? (MODELS[key] ?? []) : []
  const candidates = known.filter(
    (id) => gpus.has(id) && ofForms(id, forms) && (gigabytes === null || holds(gpus.get(id), gigabytes)),
  )
  return { candidates, gigabytes }
}

/** The form factors that a text names: an instance called `gpu_8x_h100_sxm5`. `NVLink` says nothing, as PCIe boards have bridges. */
export function formsIn(text: string): Form[] {
  const words = text.toUpperCase().replace(/[^A-Z0-9]+/g, ' ')
  return FORM_WORDS.filter(([pattern]) => pattern.test(words)).map(([, form]) => form)
}

/** Whether a GPU can be of all these form factors; any where none is given. */
export function ofForms(id: string, forms: readonly Form[]): boolean {
  const own = FORMS[id]
  if (own === undefined) return !forms.includes('nvl') && fits(id, forms)
  return forms.every((form) => form === own)
}

/** Boards that come in one form only: a PCIe board is not sold as SXM. */
function fits(id: string, forms: readonly Form[]): boolean {
  const socketed = /^(b[23]00|h20$|g[bh][23]00|mi[23]|gaudi)/.test(id)
  return forms.every((form) => (form === 'sxm' ? socketed : !socketed || id === 'mi210'))
}

/** Share by which lists round the memory of a board: 80 GB are 79.6 GiB, a B300 of 288 GB is listed with 268 to 275. */
const MEMORY_TOLERANCE = 0.08

/** Whether a stated memory, in GB or GiB, is that of the GPU. */
export function holds(gpu: Gpu | undefined, gigabytes: number): boolean {
  if (gpu === undefined) return false
  const { nominal_gb: nominal, usable_gib: usable } = gpu.memory
  return [nominal, usable].some((known) => Math.abs(gigabytes - known) <= known * MEMORY_TOLERANCE)
}
