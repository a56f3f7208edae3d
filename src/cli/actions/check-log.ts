import { readText, STDIN_NAME } from '../../io/files.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { LOG_BYTES } from '../../limits.ts'
import { checkLog, type LogCheck } from '../../logs/check.ts'
import { lookedFor, readStartLog } from '../../logs/detect.ts'
import type { StartLog } from '../../logs/start-log.ts'
import type { Given } from '../../logs/subject.ts'
import { checkLogCsv, checkLogJson, recordJson, recordYaml } from '../../report/check-log/data.ts'
import { checkLogMarkdown } from '../../report/check-log/markdown.ts'
import { checkLogText } from '../../report/check-log/text.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import type { Call } from '../command.ts'
import { type Format, formatOf } from '../common-flags.ts'
import { colored, deliver } from '../deliver.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'

/** A start-up log beside the prediction. A prediction that the log contradicts is a finding, not an error. */
export async function checkStartLog({ flags, terminal, words }: Call): Promise<ExitCode> {
  const [path] = words
  if (path === undefined) throw inputError('which log?', { hint: 'plan check-log vllm.log, or - for standard input' })
  const format = formatOf(flags)
  const onlyRecord = flags.switch('record')
  if (onlyRecord && (format === 'csv' || format === 'markdown')) {
    throw inputError(`--record prints YAML, or JSON with --format json, not ${format}`)
  }
  const given = givenBy(flags)
  const file = path === '-' ? STDIN_NAME : path
  const log = readLog(path, file)
  const check = checkLog(log, given, { file }, await loadCatalog(flags.texts('catalog')))
  const text = onlyRecord ? recordText(check, format, flags) : report(check, format, colored(flags, terminal))
  deliver(text, flags, terminal)
  return EXIT.ok
}

function givenBy(flags: Flags): Given {
  return {
    model: flags.text('model'),
    gpu: flags.text('gpu'),
    gpus: flags.whole('gpus'),
    quantization: flags.text('quantization'),
    kvCache: flags.text('kv-cache'),
    version: flags.text('engine-version'),
  }
}

/** @throws InputError that says which engines are understood and what was looked for. */
function readLog(path: string, file: string): StartLog {
  const log = readStartLog(readText(path, LOG_BYTES))
  if (log !== null) return log
  const lines = Object.entries(lookedFor).map(([engine, line]) => `${engine} "${line}"`)
  throw inputError('no start-up of a server is found in it', {
    position: { file },
    hint: `looked for lines such as ${lines.join(', ')}`,
  })
}

function report(check: LogCheck, format: Format, color: boolean): string {
  switch (format) {
    case 'text':
      return checkLogText(check, { color })
    case 'json':
      return checkLogJson(check)
    case 'csv':
      return checkLogCsv(check)
    case 'markdown':
      return checkLogMarkdown(check)
  }
}

/** @throws InputError for a start that a record cannot express: kept, it would be compared with something else. */
function recordText({ log, record }: LogCheck, format: Format, flags: Flags): string {
  if (log.unmodelled !== null) throw inputError(`no record can express this start: ${log.unmodelled}`)
  if (format === 'json') return recordJson(record)
  return recordYaml(record, { whole: flags.text('output') !== undefined })
}
