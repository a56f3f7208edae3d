import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { planText } from '../../../planners/index.ts'
import { serveExport } from '../../../src/export/from-plan.ts'
import type { ExportFile, ServeExport } from '../../../src/export/target.ts'
import { deepspeed } from '../../../src/export/targets/deepspeed.ts'
import { skypilot } from '../../../src/export/targets/skypilot.ts'
import { ACCELERATORS, CLOUDS } from '../../../src/export/targets/skypilot-facts.ts'
import { slurm } from '../../../src/export/targets/slurm.ts'
import type { Plan } from '../../../src/result/plan.ts'
import { argumentsOf, bashProblem } from './bash.ts'
import { type Asked, catalog, filesOf, refusal, scenarioText, trainExport } from './fixtures.ts'

/** A plan of a shipped scenario, changed. */
function serving(name: string, change: (plan: Plan) => Plan = (plan) => plan, scenario = name): ServeExport {
  const options = { asOf: '2026-11-21', top: 0 }
  const { best } = planText(scenarioText(name), `scenarios/${name}.yaml`, catalog, options)
  if (best === null) throw new Error('no plan')
  const plan = change(best as Plan)
  return serveExport({ name: scenario, plan, header: [`${scenario}: a plan`] }, plan, catalog)
}

const named = (files: readonly ExportFile[] | undefined) =>
  Object.fromEntries((files ?? []).map(({ name, text }) => [name, text]))

function withDegrees(
  degrees: Partial<Plan['configuration']>,
  placement: Partial<Plan['placement']>,
): (plan: Plan) => Plan {
  return (plan) => ({
    ...plan,
    configuration: { ...plan.configuration, ...degrees },
    placement: { ...plan.placement, ...placement },
  })
}

const TWO_NODES = withDegrees(
  { tensor_parallel: 8, pipeline_parallel: 2, replicas: 1 },
  { gpus: 16, gpus_per_instance: 8, instances: 2 },
)

const directives = (text: string) => text.split('\n').flatMap((line) => /^#SBATCH --(.*)$/.exec(line)?.[1] ?? [])

/* Long options of sbatch (slurm.schedmd.com/sbatch.html). */
const SBATCH = ['job-name', 'array', 'nodes', 'ntasks-per-node', 'gpus-per-node', 'exclusive', 'mem', 'output']

describe('Slurm', () => {
  it('training on one whole machine', () => {
    const files = filesOf(slurm)
    expect(Object.keys(files)).toEqual(['job.sbatch', 'zero3.json', 'train.sh'])
    expect(directives(files['job.sbatch'] ?? '')).toEqual([
      'job-name=train-8b',
      'nodes=1',
      'ntasks-per-node=1',
      'gpus-per-node=8',
      'exclusive',
      'mem=0',
      'output=%x-%j.out',
    ])
    // The same files as of the trainer's own target.
    expect(files['zero3.json']).toBe(filesOf(deepspeed)['zero3.json'])
    expect(files['train.sh']).toBe(filesOf(deepspeed)['train.sh'])
  })

  it('a part of a machine leaves the rest to others', () => {
    const asked: Asked = {
      configuration: { data_parallel: 2, gradient_accumulation: 16 },
      placement: { gpus: 2, gpus_per_instance: 8 },
    }
    const options = directives(filesOf(slurm, asked)['job.sbatch'] ?? '')
    expect(options).toContain('gpus-per-node=2')
    expect(options).not.toContain('exclusive')
  })

  it('training on several machines: each learns its rank and the first host', () => {
    const job =
      filesOf(slurm, {
        configuration: { data_parallel: 16, gradient_accumulation: 2 },
        placement: { gpus: 16, instances: 2 },
      })['job.sbatch'] ?? ''
    expect(directives(job)).toContain('nodes=2')
    // srun, as a shell function, passes on what a task would run: bash -c, the command, and the arguments of sbatch.
    const printed = argumentsOf(
      `scontrol() { printf 'node7\\nnode8\\n'; }\nset -- --learning_rate 1e-5\n${job}\necho "at $MASTER_ADDR"`,
      ['srun'],
      { SLURM_JOB_NODELIST: 'node[7-8]' },
    )
    expect(printed).toEqual([
      'bash',
      '-c',
      'NODE_RANK="$SLURM_NODEID" exec bash train.sh "$@"',
      'train.sh',
      '--learning_rate',
      '1e-5',
      'at node7',
    ])
  })

  it('serving: an array with a job for each replica', () => {
    const files = named(slurm.serve?.(serving('serve-8b')))
    expect(directives(files['job.sbatch'] ?? '')).toEqual(
      expect.arrayContaining(['array=0-1', 'nodes=1', 'gpus-per-node=1', 'output=%x-%A_%a.out']),
    )
    expect(files['serve.sh']).toContain('vllm serve')
  })

  it('replicas that share a machine are tasks of one job', () => {
    const change = withDegrees({ tensor_parallel: 2, replicas: 6 }, { gpus: 16, gpus_per_instance: 8, instances: 2 })
    const job = named(slurm.serve?.(serving('serve-8b', change)))['job.sbatch'] ?? ''
    expect(directives(job)).toEqual(
      expect.arrayContaining(['array=0-1', 'ntasks-per-node=4', 'gpus-per-node=8', 'exclusive']),
    )
    // Four on the first machine, the two that are left on the second.
    expect(argumentsOf(job, ['srun'], { SLURM_ARRAY_TASK_ID: '0' })[0]).toBe('--ntasks=4')
    expect(argumentsOf(job, ['srun'], { SLURM_ARRAY_TASK_ID: '1' })[0]).toBe('--ntasks=2')
  })

  it('a replica on two machines', () => {
    const job = named(slurm.serve?.(serving('serve-8b', TWO_NODES)))['job.sbatch'] ?? ''
    expect(directives(job)).toEqual(expect.arrayContaining(['nodes=2', 'gpus-per-node=8', 'ntasks-per-node=1']))
    expect(job).toContain('HEAD_ADDRESS="$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)"')
    expect(job).toContain(`srun bash -c 'NODE_RANK="$SLURM_NODEID" exec bash serve.sh'`)
  })

  it('only options of sbatch, and scripts that bash reads', () => {
    const all = [
      named(slurm.train?.(trainExport())),
      named(slurm.serve?.(serving('serve-8b'))),
      named(slurm.serve?.(serving('serve-8b', TWO_NODES))),
    ]
    for (const files of all) {
      for (const text of Object.values(files)) if (text.startsWith('#!')) expect(bashProblem(text)).toBe('')
      const options = directives(files['job.sbatch'] ?? '').map((line) => line.split('=')[0] ?? '')
      expect(options.filter((option) => !SBATCH.includes(option))).toEqual([])
    }
  })

  it('a trainer that nobody knows how to start is refused', () => {
    expect(refusal(() => slurm.train?.(trainExport({ configuration: { trainer: 'unsloth' } })))).toContain(
      '--set trainer=common',
    )
  })
})

/* Fields of docs/source/reference/yaml-spec.rst of skypilot-org/skypilot @0048bbf6. */
const TASK_KEYS = [
  'name',
  'workdir',
  'num_nodes',
  'resources',
  'envs',
  'secrets',
  'file_mounts',
  'setup',
  'run',
  'config',
  'service',
]
const RESOURCE_KEYS = [
  'infra',
  'accelerators',
  'cpus',
  'memory',
  'instance_type',
  'use_spot',
  'disk_size',
  'disk_tier',
  'network_tier',
  'image_id',
  'ports',
  'labels',
  'autostop',
  'any_of',
  'ordered',
  'job_recovery',
]

describe('SkyPilot', () => {
  const taskOf = (files: Record<string, string>) => parse(files['task.yaml'] ?? '')

  it('training on what the plan rents', () => {
    const task = taskOf(filesOf(skypilot))
    expect(task).toMatchObject({
      name: 'train-8b',
      num_nodes: 1,
      resources: { infra: 'lambda', accelerators: 'H100:8', use_spot: false },
    })
    // 100 GB of system, 2 B a parameter downloaded, and two checkpoints of 14 B each: 8.03e9 x 30 = 240.9 GB.
    expect(task.resources.disk_size).toBe(341)
    expect(task.setup).toContain("pip install 'trl>=1.16' flash-attn deepspeed")
  })

  it('two machines: rank and first address come from SkyPilot', () => {
    const task = taskOf(
      filesOf(skypilot, {
        configuration: { data_parallel: 16, gradient_accumulation: 2 },
        placement: { gpus: 16, instances: 2, pricing: 'spot' },
      }),
    )
    expect(task.num_nodes).toBe(2)
    expect(task.resources.use_spot).toBe(true)
    const environment = { SKYPILOT_NODE_RANK: '1', SKYPILOT_NODE_IPS: '10.0.0.1\n10.0.0.2', TRAIN_ARGUMENTS: '--a 1' }
    const printed = argumentsOf(
      task.run.replace('bash train.sh', 'show "$NODE_RANK" "$MASTER_ADDR" "$MASTER_PORT"'),
      ['show'],
      environment,
    )
    expect(printed).toEqual(['1', '10.0.0.1', '8008', '--a', '1'])
  })

  it('a provider that SkyPilot lacks is left out, and said', () => {
    const files = filesOf(skypilot, {
      placement: { provider: 'hotaisle', instance: '1x MI300X VM', gpu: 'mi300x', gpus: 1, gpus_per_instance: 1 },
      configuration: { data_parallel: 1, gradient_accumulation: 32 },
    })
    const task = taskOf(files)
    expect(task.resources.infra).toBeUndefined()
    expect(task.resources.accelerators).toBe('MI300X:1')
    expect(files['task.yaml']).toContain("that price is not the plan's")
  })

  it('a GPU that it does not know is refused', () => {
    const asked: Asked = { placement: { gpu: 'gaudi2', provider: 'oci', instance: 'none' } }
    expect(refusal(() => skypilot.train?.(trainExport(asked)))).toContain('SkyPilot has no name for the')
  })

  it('several replicas are a service', () => {
    const input = serving('serve-8b')
    const files = named(skypilot.serve?.(input))
    const task = taskOf(files)
    expect(task.service).toEqual({ readiness_probe: { path: '/health' }, replicas: input.plan.configuration.replicas })
    expect(task.resources.ports).toBe(8000)
    expect(task.setup).toContain(`vllm==${input.plan.configuration.engine_version}`)
    expect(files['task.yaml']).toContain('sky serve up')
  })

  it('an engine without a package for the GPU comes as its published image', () => {
    const amd = named(skypilot.serve?.(serving('serve-deepseek-v3')))
    expect(taskOf(amd).resources).toMatchObject({ accelerators: 'MI300X:8' })
    expect(taskOf(amd).resources.image_id).toMatch(/^docker:[a-z0-9./-]+:[A-Za-z0-9._-]+$/)
    expect(taskOf(amd).setup).toBeUndefined()
    const llama = taskOf(named(skypilot.serve?.(serving('serve-consumer'))))
    expect(llama.resources.image_id).toContain('docker:ghcr.io/ggml-org/llama.cpp:')
    expect(llama.run).toContain('export PATH="/app:$PATH"')
  })

  it('one replica is a task', () => {
    const task = taskOf(
      named(skypilot.serve?.(serving('serve-8b', withDegrees({ replicas: 1 }, { gpus: 1, instances: 1 })))),
    )
    expect(task.service).toBeUndefined()
  })

  it('replicas that would share a machine get one each, which is said', () => {
    const change = withDegrees({ tensor_parallel: 2, replicas: 4 }, { gpus: 8, gpus_per_instance: 8, instances: 1 })
    const files = named(skypilot.serve?.(serving('serve-8b', change)))
    expect(taskOf(files).resources.accelerators).toMatch(/:2$/)
    expect(taskOf(files).resources.instance_type).toBeUndefined()
    expect(files['task.yaml']).toContain('SkyServe rents one for each')
    expect(files['serve.sh']).not.toContain('REPLICA')
  })

  it('only documented fields', () => {
    const tasks = [
      taskOf(filesOf(skypilot)),
      taskOf(named(skypilot.serve?.(serving('serve-8b')))),
      taskOf(named(skypilot.serve?.(serving('serve-8b', TWO_NODES)))),
    ]
    for (const task of tasks) {
      expect(Object.keys(task).filter((key) => !TASK_KEYS.includes(key))).toEqual([])
      expect(Object.keys(task.resources).filter((key) => !RESOURCE_KEYS.includes(key))).toEqual([])
      expect(bashProblem(task.run)).toBe('')
      expect(bashProblem(task.setup)).toBe('')
    }
  })

  it('names GPUs and providers of the catalog, and most of the offers that come from its own price lists', () => {
    const providers = new Set([...catalog.offers.values()].map((offer) => offer.provider))
    expect(Object.keys(ACCELERATORS).filter((id) => !catalog.gpus.has(id))).toEqual([])
    expect(Object.keys(CLOUDS).filter((id) => !providers.has(id))).toEqual([])
    const named = Object.values(ACCELERATORS).flatMap(({ on, elsewhere }) => [...on, ...Object.keys(elsewhere ?? {})])
    expect(named.filter((provider) => CLOUDS[provider] === undefined)).toEqual([])
    const own = [...catalog.offers.values()].filter(({ source }) => source.includes('skypilot-catalog'))
    const known = own.filter(({ provider, gpu }) => {
      const accelerator = ACCELERATORS[gpu]
      return accelerator?.on.includes(provider) || accelerator?.elsewhere?.[provider] !== undefined
    })
    expect(known.length / own.length).toBeGreaterThan(0.5)
  })
})

describe('shipped serving scenarios', () => {
  it.each([
    'serve-8b',
    'serve-70b',
    'serve-405b',
    'serve-mixtral',
    'serve-deepseek-v3',
    'serve-consumer',
    'serve-qwen-72b',
  ])('%s goes to both clusters', (name) => {
    const input = serving(name)
    for (const target of [slurm, skypilot]) {
      const files = named(target.serve?.(input))
      expect(Object.keys(files)).toContain('serve.sh')
      for (const [file, text] of Object.entries(files)) {
        expect(text).not.toMatch(/NaN|undefined|\[object/)
        if (file.endsWith('.yaml')) expect(parse(text, { strict: true })).toBeTypeOf('object')
        else expect(bashProblem(text)).toBe('')
      }
    }
  })
})

describe('hostile names', () => {
  const header = ['a plan $(touch /tmp/pwned)', 'line\nrm -rf /\r\u2028`id`']
  const asked: Asked = {
    header,
    scenario: `x"; $(touch /tmp/pwned)\n#SBATCH --nodes=99 '`,
    repository: `evil/$(id)'; rm -rf "\`id\`"`,
    placement: { provider: null, instance: null, region: null, offer: null },
  }

  it('stay words of the command', () => {
    for (const target of [deepspeed, slurm, skypilot]) {
      const text = filesOf(target, asked)['train.sh'] ?? ''
      expect(bashProblem(text)).toBe('')
      const printed = argumentsOf(text, ['torchrun'])
      expect(printed[printed.indexOf('--model_name_or_path') + 1]).toBe(asked.repository)
      expect(text.split('\n').filter((line) => line.startsWith('rm'))).toEqual([])
    }
  })

  it('stay out of directives and comments end with their line', () => {
    const job = filesOf(slurm, asked)['job.sbatch'] ?? ''
    expect(directives(job)[0]).toMatch(/^job-name=[A-Za-z0-9._-]+$/)
    expect(directives(job)).not.toContain('nodes=99')
    expect(job.split('\n').filter((line) => /^(rm|touch)/.test(line))).toEqual([])
  })

  it('are values of YAML and JSON', () => {
    const files = filesOf(skypilot, asked)
    expect(parse(files['task.yaml'] ?? '').name).toMatch(/^[a-z0-9-]+$/)
    expect(JSON.parse(files['zero3.json'] ?? '')._comment).toEqual(header)
  })

  it('a model that begins with a hyphen would be a flag, and is refused', () => {
    expect(refusal(() => deepspeed.train?.(trainExport({ repository: '--output_dir' })))).toContain(
      'begin its path with ./',
    )
  })
})
