import type { Serving } from './serving.ts'
import { yamlFile } from './yaml.ts'

/** The flags of a server as YAML, for engines whose configuration files name them without hyphens in front. */
export function configFile(serving: Serving, model: Record<string, string>, usage: string): string {
  const { server, plan, launch, place, lines } = serving
  const settings = Object.fromEntries(
    server.flags(plan.configuration, launch).map(([name, value]) => [name.replace(/^--/, ''), settingOf(value)]),
  )
  const nodes =
    place.nodes === 1
      ? []
      : [`On each of ${place.nodes} machines, with the flags of its place among them as in the script.`]
  return yamlFile([...lines, usage, ...nodes], { ...model, ...settings })
}

/** A flag without a value is switched on; numbers stand as numbers. */
function settingOf(value: string | undefined): string | number | boolean {
  if (value === undefined) return true
  return /^\d+(\.\d+)?$/.test(value) ? Number(value) : value
}
