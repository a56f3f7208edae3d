import type { Plan } from '../../result/plan.ts'
import { ms, rate, usdPerHour } from '../../units.ts'
import { shareOf } from '../accuracy.ts'
import { recordOf } from '../csv-fields.ts'
import { counted, gpusCell, tightestMargin, trustText, usdCell, versusBest } from '../words.ts'
import type { Kind } from './kind.ts'
import { costLines } from './serve/cost.ts'
import { serveFields } from './serve/fields.ts'
import { format, layout, makeup, money, reaches } from './serve/words.ts'

/** Serving: a format, replicas and their latencies, money by the hour. */
export const serveKind: Kind<Plan> = {
  how: ({ configuration }) => `${format(configuration)}, ${layout(configuration)}`,
  short: ({ configuration }) => `${format(configuration, true)} ${layout(configuration)}`,
  money,
  makeup,
  reaches,
  speed: ({ performance, accuracy }) => [
    `Speed with ${counted(performance.concurrency, 'request')} in flight on a replica`,
    `TTFT ${ms(performance.ttft_ms)}${shareOf(accuracy, 'ttft')}, TPOT ${ms(performance.tpot_ms)}${shareOf(accuracy, 'tpot')}, whole request ${ms(performance.request_ms)}`,
    `sustains ${rate(performance.requests_per_second)} requests/s, ${rate(performance.output_tokens_per_second)}${shareOf(accuracy, 'rate')} output tokens/s`,
  ],
  trust: ({ confidence }) => trustText(confidence),
  memoryNotes: () => [],
  considered: [
    { title: 'GPUs', least: 17 },
    { title: 'format', least: 10 },
    { title: 'layout', least: 8 },
    { title: '$/h', align: 'right' },
    { title: 'vs best', align: 'right' },
    { title: 'tightest' },
    { title: 'provider', least: 10 },
  ],
  consideredRow: (plan, best) => [
    gpusCell(plan),
    format(plan.configuration, true),
    layout(plan.configuration),
    usdCell(plan.cost.usd_per_hour),
    versusBest(plan.cost.usd_per_hour, plan === best ? null : (best?.cost.usd_per_hour ?? null)),
    tightestMargin(plan),
    plan.placement.provider ?? '-',
  ],
  front: null,
  price: (plan) => plan.cost.usd_per_hour,
  priceTitle: '$/h',
  priceText: usdPerHour,
  pace: (plan) => plan.performance.tpot_ms,
  paceTitle: 'TPOT ms',
  paceText: ms,
  launchTitle: 'Launch one replica',
  speedLines: () => [],
  costLines,
  csvColumns: Object.keys(serveFields),
  csvRecord: (plan) => recordOf(serveFields, plan),
  comparison: [
    { title: 'GPUs', least: 13 },
    { title: 'format', least: 8 },
    { title: '$/h', align: 'right' },
    { title: '$/month', align: 'right', spare: true },
    { title: '$/M tokens', align: 'right' },
  ],
  comparisonRow: (plan) => [
    plan === null ? '-' : gpusCell(plan),
    plan === null ? '-' : format(plan.configuration, true),
    usdCell(plan?.cost.usd_per_hour ?? null),
    usdCell(plan?.cost.usd_per_month ?? null),
    usdCell(plan?.cost.usd_per_million_tokens ?? null),
  ],
  comparisonFields: (plan) => ({
    gpu: plan?.placement.gpu ?? null,
    gpus: plan?.placement.gpus ?? null,
    format: plan === null ? null : format(plan.configuration, true),
    usd_per_hour: plan?.cost.usd_per_hour ?? null,
    usd_per_month: plan?.cost.usd_per_month ?? null,
    usd_per_million_tokens: plan?.cost.usd_per_million_tokens ?? null,
  }),
}
