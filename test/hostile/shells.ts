import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Everything that an exported script may start. Each is replaced by a function that notes its arguments. */
const PROGRAMS = [
  'vllm',
  'python3',
  'trtllm-serve',
  'trtllm-llmapi-launch',
  'llama-server',
  'torchrun',
  'accelerate',
  'llamafactory-cli',
  'tune',
  'srun',
  'scontrol',
  'bash',
]

/** What a script did: how it ended, the arguments of every program that it started, and what it complained of. */
export interface Ran {
  readonly status: number
  readonly words: readonly string[]
  readonly complaint: string
}

/**
 * Runs scripts with their programs replaced, all in one bash: it reads each in a process of its own, which takes a thousandth of a
 * second where starting a bash takes five. Throws where one of them made a file.
 */
export function runScripts(scripts: readonly string[]): Ran[] {
  const folder = mkdtempSync(join(tmpdir(), 'gpu-plan-shells-'))
  const work = join(folder, 'work')
  mkdirSync(work)
  try {
    scripts.forEach((text, index) => {
      writeFileSync(join(folder, `${index}.sh`), text)
    })
    const stubs = PROGRAMS.map((name) => `${name}() { printf '%s\\0' "$@" >> "$WORDS"; }`).join('\n')
    const driver = `${stubs}
exec() { "$@"; }
mktemp() { printf /dev/null; }
cd ${work} || exit 9
for (( each = 0; each < ${scripts.length}; each++ )); do
  WORDS=${folder}/$each.words
  ( source ${folder}/$each.sh ) > /dev/null 2> ${folder}/$each.complaint < /dev/null
  printf %s $? > ${folder}/$each.status
done
`
    const { status, stderr } = spawnSync('bash', ['-c', driver], {
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH ?? '',
        SLURM_JOB_NODELIST: 'node',
        NODE_RANK: '0',
        MASTER_ADDR: 'a',
        MASTER_PORT: '1',
      },
    })
    if (status !== 0) throw new Error(`the driver of the scripts failed: ${stderr}`)
    const made = readdirSync(work).filter((name) => name !== 'trtllm.yaml')
    if (made.length > 0) throw new Error(`a script made ${made.join(', ')}`)
    return scripts.map((_, index) => ran(join(folder, String(index))))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function ran(stem: string): Ran {
  return {
    status: Number(readFileSync(`${stem}.status`, 'utf8')),
    words: wordsOf(`${stem}.words`),
    complaint: readFileSync(`${stem}.complaint`, 'utf8'),
  }
}

/** Words that each end in a zero byte; none where nothing was started. */
function wordsOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\0').slice(0, -1)
  } catch {
    return []
  }
}
