import { commentLines } from '../header.ts'
import { serveScript } from '../serve-script.ts'
import { type Serving, servingOf } from '../serving.ts'
import type { ExportFile, ExportTarget, ServeExport, TrainExport } from '../target.ts'
import { runFiles, SCRIPT } from '../trainers/run.ts'
import { runOf } from '../trainers/runs.ts'
import { machines, processes } from '../trainers/torchrun.ts'

const JOB = 'job.sbatch'
const SERVE_SCRIPT = 'serve.sh'
/** Port of the rendezvous: torch's own default (torch/distributed/elastic rendezvous). */
const MASTER_PORT = 29500

/** Options of sbatch, in its long form (slurm.schedmd.com/sbatch.html). An option without a value is a switch. */
type Directives = readonly (readonly [option: string, value?: string | number])[]

function jobFile(header: readonly string[], directives: Directives, body: readonly string[]): ExportFile {
  const lines = directives.map(([option, value]) => `#SBATCH --${option}${value === undefined ? '' : `=${value}`}\n`)
  const text = `#!/usr/bin/env bash\n${lines.join('')}${commentLines(header)}set -euo pipefail\n\n${body.join('\n')}\n`
  return { name: JOB, text, executable: true }
}

/** Letters, digits, dots, hyphens and underscores of a name: a job name stands unquoted in the file. */
export function plainName(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-._]+|[-._]+$/g, '')
  return plain === '' ? 'plan' : plain
}

/** Whole machines are asked for as such, with their memory: offloading is planned with all of it. */
function share(whole: boolean): Directives {
  return whole ? [['exclusive'], ['mem', 0]] : []
}

/** Lines that name the first machine to all others. */
const FIRST_HOST = 'scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1'

function train(input: TrainExport): readonly ExportFile[] {
  const run = runOf(input)
  const { plan, launch, scenario } = input
  const each = processes(launch)
  const nodes = machines(launch)
  const header = [
    ...input.header,
    '',
    `Planned: ${plan.performance.hours.toFixed(1)} hours. Add --time, --partition and --account as your site asks for them.`,
    `Submit in the folder of ${SCRIPT}; further arguments go to the trainer: sbatch ${JOB} [ARGUMENT...]`,
  ]
  const directives: Directives = [
    ['job-name', plainName(scenario)],
    ['nodes', nodes],
    ['ntasks-per-node', 1],
    ['gpus-per-node', each],
    ...share(each === plan.placement.gpus_per_instance),
    ['output', '%x-%j.out'],
  ]
  const body =
    nodes === 1
      ? [`srun bash ${SCRIPT} "$@"`]
      : [
          `MASTER_ADDR="$(${FIRST_HOST})"`,
          `export MASTER_ADDR MASTER_PORT=${MASTER_PORT}`,
          // Each task learns its own rank, so the variable is expanded there and not here.
          `srun bash -c 'NODE_RANK="$SLURM_NODEID" exec bash ${SCRIPT} "$@"' ${SCRIPT} "$@"`,
        ]
  return [jobFile(header, directives, body), ...runFiles(input, run)]
}

function serve(input: ServeExport): readonly ExportFile[] {
  const serving = servingOf(input)
  const { place, plan, server } = serving
  const jobs = Math.ceil(place.replicas / place.perInstance)
  const mpi = place.nodes > 1 && server.nodeFlags === undefined
  const shared = place.perInstance > 1
  const gpus = shared ? plan.placement.gpus_per_instance : place.gpusPerNode
  const header = [
    ...serving.lines,
    '',
    'Add --time, --partition and --account as your site asks for them.',
    ...(jobs > 1 ? [`Each element of the array is a job of its own: ${unit(serving)}.`] : []),
  ]
  const directives: Directives = [
    ['job-name', plainName(input.scenario)],
    ...(jobs > 1 ? ([['array', `0-${jobs - 1}`]] as const) : []),
    ['nodes', place.nodes],
    ['ntasks-per-node', mpi ? place.gpusPerNode : shared ? place.perInstance : 1],
    ['gpus-per-node', gpus],
    ...share(gpus === plan.placement.gpus_per_instance),
    ['output', jobs > 1 ? '%x-%A_%a.out' : '%x-%j.out'],
  ]
  return [
    jobFile(header, directives, serveBody(serving, jobs, mpi)),
    { name: SERVE_SCRIPT, text: serveScript(serving), executable: true },
  ]
}

function unit({ place }: Serving): string {
  if (place.perInstance > 1) return `a machine with ${place.perInstance} replicas`
  return place.nodes > 1 ? `a replica on ${place.nodes} machines` : 'a replica'
}

function serveBody({ place }: Serving, jobs: number, mpi: boolean): string[] {
  if (place.perInstance > 1) {
    const left = place.replicas % place.perInstance
    // The last machine may hold fewer replicas than the others.
    const count =
      jobs > 1 && left > 0 ? `$(( SLURM_ARRAY_TASK_ID == ${jobs - 1} ? ${left} : ${place.perInstance} ))` : ''
    const tasks = count === '' ? '' : `--ntasks="${count}" `
    return [`srun ${tasks}bash -c 'REPLICA="$SLURM_LOCALID" exec bash ${SERVE_SCRIPT}'`]
  }
  if (place.nodes === 1) return [`srun bash ${SERVE_SCRIPT}`]
  if (mpi) return [`srun --mpi=pmix bash ${SERVE_SCRIPT}`]
  return [
    `HEAD_ADDRESS="$(${FIRST_HOST})"`,
    'export HEAD_ADDRESS',
    `srun bash -c 'NODE_RANK="$SLURM_NODEID" exec bash ${SERVE_SCRIPT}'`,
  ]
}

export const slurm: ExportTarget = {
  id: 'slurm',
  describe: 'Slurm: a batch script with what it starts, for serving (an array of replicas) and training',
  serve,
  train,
}
