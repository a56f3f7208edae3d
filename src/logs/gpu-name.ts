/**
 * Places where a log calls a GPU by the name of its driver: llama.cpp's list of devices, `collect_env`, the table of nvidia-smi, the
 * names of kernel configurations.
 */
const NAMED =
  /(?:Device \d+: |device \w+ \(|GPU [\d-]+: |\| +\d+ {2}|device_name=)((?:NVIDIA|Tesla|AMD)[ _][A-Za-z0-9][A-Za-z0-9 _.+-]*)/

/** The GPU that a line names, or undefined: `NVIDIA GeForce RTX 5090`. */
function gpuNameIn(line: string): string | undefined {
  if (!line.includes('NVIDIA') && !line.includes('Tesla') && !line.includes('AMD')) return undefined
  const name = NAMED.exec(line)?.[1]
  return name?.replaceAll('_', ' ').split(/ {2,}/)[0]?.trim()
}

/** The first GPU that a log names, and whether it names others. */
export class GpuNames {
  first: string | null = null
  mixed = false

  read(line: string): void {
    const name = gpuNameIn(line)
    if (name === undefined) return
    if (this.first === null) this.first = name
    else if (name !== this.first) this.mixed = true
  }

  /** A sentence where the GPUs differ. */
  get notes(): string[] {
    return this.mixed ? [`The log names several kinds of GPU: ${this.first}, the first, is taken for all.`] : []
  }
}
