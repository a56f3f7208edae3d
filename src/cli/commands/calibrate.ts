import type { Command } from '../command.ts'
import { outputFlags, priceFlags } from '../common-flags.ts'

const { output: _, ...printing } = outputFlags
const { 'as-of': asOf } = priceFlags

export const calibrate: Command = {
  name: 'calibrate',
  describe: 'Own runs become an overlay catalog that plans use',
  help: `Examples:
  plan calibrate runs.yaml
  plan calibrate serving.yaml training.yaml --output our-cluster
  plan scenario.yaml --catalog ./calibrated

Usage:
  plan calibrate MEASUREMENTS.yaml [MORE.yaml ...] [flags]

Fits what own machines and versions may have for themselves: efficiency of the
GPUs in serving and training, host time and runtime memory of the engine's
release, PCIe and network rates, the trainer's allocator slack. Every constant
starts at its shipped value and moves as far as the runs say. One that decides
fewer than three of them stays; so do all of serving speed, training speed or
memory where runs left out of the fit are not predicted better. The entries are
written as files of a catalog directory, for --catalog of the other commands; an
earlier calibration in it is replaced.
"-" reads records from standard input. Exits 0 when something moved, 3 when
nothing did, 2 when no record can be used.`,
  exits: { 0: 'a constant moved', 3: 'none did: nothing is written' },
  words: Number.POSITIVE_INFINITY,
  flags: {
    output: { value: 'DIR', describe: 'Directory of the overlay catalog (./calibrated)' },
    ...(asOf === undefined
      ? {}
      : { 'as-of': { ...asOf, describe: 'Day of the calibration, which plans name (today)' } }),
    ...printing,
  },
  handle: async (call) => (await import('../actions/calibrate.ts')).calibrateCatalog(call),
}
