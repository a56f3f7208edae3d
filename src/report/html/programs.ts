import type { FleetResult } from '../../result/fleet.ts'
import type { ForecastResult } from '../../result/forecast.ts'
import type { ProgramResult } from '../programs/index.ts'
import { fleetArticle } from './fleet.ts'
import { forecastArticle } from './forecast.ts'
import type { Html } from './html.ts'
import type { HtmlOptions } from './plan.ts'

type Article<R> = (result: R, options: HtmlOptions) => Html

/** A kind that places or budgets several workloads adds its own here. They stand apart from its text: charts are loaded on demand. */
const articles: { readonly fleet: Article<FleetResult>; readonly forecast: Article<ForecastResult> } = {
  fleet: fleetArticle,
  forecast: forecastArticle,
}

export function programArticle(result: ProgramResult, options: HtmlOptions): Html {
  return (articles[result.kind] as Article<ProgramResult>)(result, options)
}
