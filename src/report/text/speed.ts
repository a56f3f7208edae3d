import type { Plan } from '../../result/plan.ts'
import { ms, rate } from '../../units.ts'
import type { Style } from '../style.ts'
import { counted } from '../words.ts'

/** What a plan without targets reaches; with targets the verdicts say it already. */
export function speed({ performance }: Plan, style: Style): string[] {
  const { concurrency, ttft_ms, tpot_ms, request_ms, requests_per_second, output_tokens_per_second } = performance
  return [
    style.title(`Speed with ${counted(concurrency, 'request')} in flight on a replica`),
    `  TTFT ${ms(ttft_ms)}, TPOT ${ms(tpot_ms)}, whole request ${ms(request_ms)}`,
    `  sustains ${rate(requests_per_second)} requests/s, ${rate(output_tokens_per_second)} output tokens/s`,
  ]
}
