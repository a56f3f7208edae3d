import { fitModel, fitTraining } from '../../../planners/index.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { type Fit, fitCsv, fitJson, fitMarkdown, fitsNothing, fitText } from '../../report/fit.ts'
import type { Call } from '../command.ts'
import { pageFormatOf } from '../common-flags.ts'
import { configurationOf, isTrainingCall, modelOf } from '../configuration-flags.ts'
import { colored, deliver } from '../deliver.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import { withModelArgument } from '../model-argument.ts'
import { trainingConfigurationOf } from '../training-flags.ts'

/** The most that fits a GPU. Exit 3 when nothing does. */
export async function fitToGpu({ flags, terminal, words }: Call): Promise<ExitCode> {
  const model = modelOf(words)
  const format = pageFormatOf(flags)
  const fitted = fitter(model, flags)
  const fit = fitted(await withModelArgument(model, await loadCatalog(flags.texts('catalog')), flags, terminal))
  const explain = flags.switch('explain')
  const print = {
    text: () => fitText(model, fit, { color: colored(flags, terminal), explain }),
    json: () => fitJson(model, fit),
    csv: () => fitCsv(model, fit),
    markdown: () => fitMarkdown(model, fit, { explain }),
    html: async () => (await import('../../report/html/fit.ts')).fitHtml(model, fit, { explain }),
  }
  deliver(await print[format](), flags, terminal)
  return fitsNothing(fit) ? EXIT.infeasible : EXIT.ok
}

/** Reads the flags now, so that they are judged before the catalog is. */
function fitter(model: string, flags: Flags): (catalog: Catalog) => Fit {
  if (isTrainingCall(flags)) {
    const input = trainingConfigurationOf(model, flags)
    return (catalog) => fitTraining(input, catalog)
  }
  const input = configurationOf(model, flags)
  return (catalog) => fitModel(input, catalog)
}
