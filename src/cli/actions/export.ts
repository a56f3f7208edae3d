import { join } from 'node:path'
import type { ScenarioResult } from '../../../planners/index.ts'
import { didYouMean } from '../../catalog/suggest.ts'
import { exportPlan, isServing, type PlanToExport } from '../../export/from-plan.ts'
import { exportTarget, exportTargets } from '../../export/index.ts'
import type { ExportFile, ExportTarget } from '../../export/target.ts'
import { entryAt } from '../../io/entry.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { isDirectoryPath, writeFiles } from '../../io/write-files.ts'
import { textOf } from '../../report/all.ts'
import { pad, SCREEN_COLUMNS, width, wrap } from '../../report/wrap.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import { visible } from '../../visible.ts'
import type { Call } from '../command.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { plansOf, resultToExport } from '../export/plans.ts'
import type { Flags } from '../flags.ts'
import { gateResult } from '../gate.ts'
import { sourceOptionsOf } from '../network-options.ts'
import { planOptionsOf } from '../planning-flags.ts'
import { programOptionsOf } from '../program-flags.ts'
import type { Terminal } from '../terminal.ts'

/** Writes the best plan of a scenario, or of a saved result, as the files of a target; without words lists the targets. */
export async function exportScenario({ flags, terminal, words }: Call): Promise<ExitCode> {
  const [file] = words
  if (file === undefined && !flags.given('to')) {
    terminal.result(targetList())
    return EXIT.ok
  }
  const target = targetOf(flags)
  if (file === undefined) throw inputError('which scenario?', { hint: `plan export scenario.yaml --to ${target.id}` })
  const options = { ...planOptionsOf(flags), ...programOptionsOf(flags), top: 0 }
  const maxCost = flags.usd('max-cost')
  const catalog = await loadCatalog(flags.texts('catalog'))
  const made = await resultToExport(file, catalog, options, sourceOptionsOf(flags, catalog))
  const plans = plansOf(made, flags.text('workload'), options)
  const code = gateResult(made.result, maxCost, terminal)
  if (code !== EXIT.ok) {
    if (code === EXIT.infeasible) terminal.note(report(made.result))
    return code
  }
  const wanted = takenBy(target, plans, terminal)
  const files = wanted.map((plan) => ({ plan, files: exportPlan(plan, target, made.catalog) }))
  deliverFiles(namedApart(files), flags, terminal)
  return EXIT.ok
}

/** Of a fleet, the workloads of the target's kind; the others are named. A single plan is the target's own business. */
function takenBy(target: ExportTarget, plans: readonly PlanToExport[], terminal: Terminal): readonly PlanToExport[] {
  const taken = plans.filter(({ plan }) => (isServing(plan) ? target.serve : target.train) !== undefined)
  if (taken.length === 0) return plans
  const left = plans.filter((each) => !taken.includes(each)).map(({ name }) => JSON.stringify(name))
  if (left.length > 0) terminal.note(`left out, as --to ${target.id} does not take their kind: ${left.join(', ')}`)
  return taken
}

/** @throws InputError with the nearest target, or all of them. */
function targetOf(flags: Flags): ExportTarget {
  const ids = exportTargets.map(({ id }) => id)
  const asked = flags.text('to')
  if (asked === undefined) throw inputError('--to which target?', { hint: ids.join(', ') })
  const target = exportTarget(asked)
  if (target !== undefined) return target
  const near = didYouMean(asked, ids)
  throw inputError(
    `--to takes ${ids.join(', ')}, got ${JSON.stringify(asked)}`,
    near === undefined ? {} : { hint: near },
  )
}

/** One line a target; what it is for stands behind it. */
function targetList(): string {
  const columns = Math.max(...exportTargets.map(({ id }) => width(id)))
  const lines = exportTargets.flatMap(({ id, describe, serve, train }) => {
    const kinds = [...(serve === undefined ? [] : ['serve']), ...(train === undefined ? [] : ['train'])].join(', ')
    return wrap(`${describe} (${kinds})`, `${pad(id, columns)}  `, ' '.repeat(columns + 2), SCREEN_COLUMNS)
  })
  return `${lines.join('\n')}\n`
}

function report(result: ScenarioResult): string {
  return textOf([result], { color: false, explain: false })
}

/** Of several plans each file carries the name of its workload, so that none replaces another. */
function namedApart(plans: readonly { plan: PlanToExport; files: readonly ExportFile[] }[]): ExportFile[] {
  const many = plans.length > 1
  const taken = new Set<string>()
  return plans.flatMap(({ plan, files }) => {
    const word = many ? wordApart(fileWord(plan.name), taken) : null
    return files.map((file) => (word === null ? file : { ...file, name: `${word}-${file.name}` }))
  })
}

/** A name as part of a file name on any system. */
function fileWord(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '') || 'plan'
}

/** The word, or with a number where another workload has it: "a b" and "a/b" are one word, and so are "A" and "a" on some disks. */
function wordApart(word: string, taken: Set<string>): string {
  let apart = word
  for (let number = 2; taken.has(apart.toLowerCase()); number += 1) apart = `${word}-${number}`
  taken.add(apart.toLowerCase())
  return apart
}

/**
 * One file goes to `--output` or standard output as it is. Several go into the directory `--output`; on standard output each follows
 * a line with its name, as `helm template` does it.
 */
function deliverFiles(files: readonly ExportFile[], flags: Flags, terminal: Terminal): void {
  const output = flags.text('output')
  const [only] = files
  if (only === undefined) throw inputError('there is nothing to export')
  const quiet = flags.switch('quiet')
  if (output === undefined) {
    if (files.length === 1) {
      terminal.result(only.text)
      return
    }
    terminal.result(files.map(printed).join('\n'))
    if (!quiet) terminal.note(`${files.length} files; --output DIRECTORY/ writes each of them`)
    return
  }
  const written = write(files, output)
  if (!quiet) terminal.note(`written: ${written.map(visible).join(', ')}`)
}

/** One file under the name `--output`, into a directory of that name where there is one; several always into a directory. */
function write(files: readonly ExportFile[], output: string): string[] {
  const [only] = files
  if (files.length === 1 && only !== undefined && !isDirectoryPath(output)) {
    return writeFiles([{ ...only, path: output }])
  }
  if (entryAt(output)?.isDirectory() === false) {
    throw inputError('a file of that name exists', {
      position: { file: output },
      hint: `${files.length} files need a directory`,
    })
  }
  return writeFiles(
    files.map((file) => ({ ...file, path: join(output, file.name) })),
    { folders: true },
  )
}

/** Files of Kubernetes one after the other are documents of one stream. */
function printed({ name, text }: ExportFile, index: number, all: readonly ExportFile[]): string {
  const stream = all.every((file) => file.name.endsWith('.yaml')) && index > 0
  return `${stream ? '---\n' : ''}# --- ${name}\n${text}`
}
