import { estimatePlan, estimateTraining } from '../../../planners/index.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { type Estimate, estimateCsv, estimateJson, estimateMarkdown, estimateText } from '../../report/estimate.ts'
import type { Call } from '../command.ts'
import { pageFormatOf } from '../common-flags.ts'
import { configurationOf, isTrainingCall, modelOf } from '../configuration-flags.ts'
import { colored, deliver } from '../deliver.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import { gate } from '../gate.ts'
import { withModelArgument } from '../model-argument.ts'
import { trainingConfigurationOf } from '../training-flags.ts'

/** One given configuration. Exit 3 when it does not fit. */
export async function estimateModel({ flags, terminal, words }: Call): Promise<ExitCode> {
  const model = modelOf(words)
  const format = pageFormatOf(flags)
  const estimated = estimator(model, flags)
  const maxCost = flags.usd('max-cost')
  const estimate = estimated(await withModelArgument(model, await loadCatalog(flags.texts('catalog')), flags, terminal))
  const explain = flags.switch('explain')
  const print = {
    text: () => estimateText(model, estimate, { color: colored(flags, terminal), explain }),
    json: () => estimateJson(estimate),
    csv: () => estimateCsv(model, estimate),
    markdown: () => estimateMarkdown(model, estimate, { explain }),
    html: async () => (await import('../../report/html/estimate.ts')).estimateHtml(model, estimate, { explain }),
  }
  // Judged first: a gate that cannot be judged writes nothing.
  const code = gate(model, estimate.fits ? estimate.plan : null, maxCost, terminal)
  deliver(await print[format](), flags, terminal)
  return code
}

/** Reads the flags now, so that they are judged before the catalog is. */
function estimator(model: string, flags: Flags): (catalog: Catalog) => Estimate {
  if (isTrainingCall(flags)) {
    const input = trainingConfigurationOf(model, flags)
    return (catalog) => estimateTraining(input, catalog)
  }
  const input = configurationOf(model, flags)
  return (catalog) => estimatePlan(input, catalog)
}
