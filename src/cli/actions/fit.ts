import { fitModel } from '../../../planners/index.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { fitCsv, fitJson, fitMarkdown, fitsNothing, fitText } from '../../report/fit.ts'
import type { Call } from '../command.ts'
import { formatOf } from '../common-flags.ts'
import { configurationOf, modelOf } from '../configuration-flags.ts'
import { colored, deliver } from '../deliver.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'

/** The most that fits a GPU. Exit 3 when nothing does. */
export async function fitToGpu({ flags, terminal, words }: Call): Promise<ExitCode> {
  const model = modelOf(words)
  const format = formatOf(flags)
  const fit = fitModel(configurationOf(model, flags), await loadCatalog(flags.texts('catalog')))
  const explain = flags.switch('explain')
  const print = {
    text: () => fitText(model, fit, { color: colored(flags, terminal), explain }),
    json: () => fitJson(model, fit),
    csv: () => fitCsv(model, fit),
    markdown: () => fitMarkdown(model, fit, { explain }),
  }
  deliver(print[format](), flags, terminal)
  return fitsNothing(fit) ? EXIT.infeasible : EXIT.ok
}
