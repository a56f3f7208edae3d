import { roundUp } from './rounding.ts'

/**
 * Layout that MXFP4 kernels give the matrices of routed experts, in elements. Read from the loading code of vLLM (Triton kernels on
 * Hopper, Marlin elsewhere) and seen on two checkpoints; `values_share`: 16 of the 17 bytes of a block of 32 are values, the last
 * one is the shared scale, which Hopper's layout does not pad.
 */
const MXFP4_LAYOUT = {
  hidden_multiple: 256,
  inner_multiple: 128,
  values_share: 16 / 17,
  values_only_generation: 'hopper',
}

/** An expert matrix H x Im as one rank holds it. */
export interface ExpertMatrix {
  /** Hidden (or latent) width: whole on every rank. */
  readonly hiddenWidth: number
  /** Expert width on one rank: Im over the tensor-parallel degree inside an expert. */
  readonly innerWidth: number
  /** True where tensor or expert parallelism splits the experts over ranks. */
  readonly split: boolean
  readonly generation: string
}

/**
 * Factor by which MXFP4 experts take more than 4.25 bits a parameter.
 *
 * Hopper, one rank: `1 + (up(H,256)/H - 1) x 16/17`: 1.0627 at H = 2880. Elsewhere `up(H,256)/H x up(Im,128)/Im` with the Im of the
 * rank: 1.138 for gpt-oss at tensor parallel 8.
 */
export function mxfp4Padding({ hiddenWidth, innerWidth, split, generation }: ExpertMatrix): number {
  const hidden = roundUp(hiddenWidth, MXFP4_LAYOUT.hidden_multiple) / hiddenWidth
  if (generation === MXFP4_LAYOUT.values_only_generation && !split) return 1 + (hidden - 1) * MXFP4_LAYOUT.values_share
  return (hidden * roundUp(innerWidth, MXFP4_LAYOUT.inner_multiple)) / innerWidth
}
