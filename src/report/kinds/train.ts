import type { TrainPlan } from '../../result/train.ts'
import { gib, rate, usd } from '../../units.ts'
import { recordOf } from '../csv-fields.ts'
import { gpusCell, trustText, usdCell, versusBest } from '../words.ts'
import type { Kind } from './kind.ts'
import { trainFields } from './train/fields.ts'
import { costLines, speedLines, stepLines } from './train/lines.ts'
import { hoursText, how, makeup, method, money, reaches, shortLayout, shortMethod } from './train/words.ts'

/** Training: a method, a layout and its hours, money by the run. */
export const trainKind: Kind<TrainPlan> = {
  how,
  short: ({ configuration }) => `${shortMethod(configuration)} ${shortLayout(configuration)}`,
  money,
  makeup,
  reaches,
  speed: (plan) => ['Speed', ...stepLines(plan)],
  // No share of the peak: nothing was computed.
  trust: ({ performance, confidence }) =>
    performance.model_flops_utilization === 0 ? 'hours as the scenario states them' : trustText(confidence),
  memoryNotes: ({ memory }) => [
    `peak: ${memory.peak_phase}`,
    ...(memory.host_bytes > 0 ? [`host memory of one machine: ${gib(memory.host_bytes)}`] : []),
  ],
  considered: [
    { title: 'GPUs', least: 15 },
    { title: 'method', least: 10 },
    { title: 'layout', least: 12 },
    { title: 'hours', align: 'right' },
    { title: '$/run', align: 'right' },
    { title: 'vs best', align: 'right' },
    { title: 'provider', least: 8 },
  ],
  consideredRow: (plan, best) => [
    gpusCell(plan),
    shortMethod(plan.configuration),
    shortLayout(plan.configuration),
    rate(plan.performance.hours),
    usdCell(plan.cost.usd_per_run),
    versusBest(plan.cost.usd_per_run, plan === best ? null : (best?.cost.usd_per_run ?? null)),
    plan.placement.provider ?? '-',
  ],
  front: 'Hours against dollars',
  price: (plan) => plan.cost.usd_per_run,
  priceTitle: '$/run',
  priceText: (price) => `${usd(price)}/run`,
  pace: (plan) => plan.performance.hours,
  paceTitle: 'hours',
  paceText: hoursText,
  launchTitle: 'Start the run',
  speedLines,
  costLines,
  csvColumns: Object.keys(trainFields),
  csvRecord: (plan) => recordOf(trainFields, plan),
  comparison: [
    { title: 'GPUs', least: 13 },
    { title: 'method', least: 8 },
    { title: 'hours', align: 'right' },
    { title: '$/run', align: 'right' },
    { title: '$/h', align: 'right', spare: true },
  ],
  comparisonRow: (plan) => [
    plan === null ? '-' : gpusCell(plan),
    plan === null ? '-' : method(plan.configuration),
    plan === null ? '-' : rate(plan.performance.hours),
    usdCell(plan?.cost.usd_per_run ?? null),
    usdCell(plan?.cost.usd_per_hour ?? null),
  ],
  comparisonFields: (plan) => ({
    gpu: plan?.placement.gpu ?? null,
    gpus: plan?.placement.gpus ?? null,
    method: plan?.configuration.method ?? null,
    hours: plan?.performance.hours ?? null,
    usd_per_run: plan?.cost.usd_per_run ?? null,
    usd_per_hour: plan?.cost.usd_per_hour ?? null,
  }),
}
