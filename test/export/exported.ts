import { readFileSync } from 'node:fs'
import { InputError } from '../../src/scenario/diagnostic.ts'

/** Why a target refuses, with what to do. */
export function refusal(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
  throw new Error('nothing was refused')
}

export function scenarioText(name: string): string {
  return readFileSync(new URL(`../../scenarios/${name}.yaml`, import.meta.url), 'utf8')
}
