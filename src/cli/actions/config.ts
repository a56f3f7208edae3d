import type { ConfigDocument } from '../../config/document.ts'
import { listOf } from '../../config/settings.ts'
import { loadSettings } from '../../io/config.ts'
import { configText } from '../../report/config.ts'
import { json } from '../../report/json.ts'
import { resultVersion } from '../../result/version.ts'
import type { Call } from '../command.ts'
import { deliver } from '../deliver.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { NO_CONFIG } from '../settings.ts'

/** `plan config`: every setting with its value, its origin and what it overrides. */
export async function configAction({ flags, terminal }: Call): Promise<ExitCode> {
  if (flags.switch('schema')) {
    const { configJsonSchema } = await import('../../config/schema.ts')
    deliver(`${JSON.stringify(configJsonSchema(), null, 2)}\n`, flags, terminal)
    return EXIT.ok
  }
  const { resolved, files } = await loadSettings({
    env: process.env,
    workingDirectory: process.cwd(),
    off: flags.switch(NO_CONFIG),
  })
  const format = flags.choice('format', ['text', 'json']) ?? 'text'
  const text =
    format === 'text'
      ? configText(resolved, files)
      : json<ConfigDocument>({
          version: resultVersion,
          files: files.map(({ layer, path, exists }) => ({ layer, path, exists })),
          settings: resolved.map((each) => ({
            key: each.setting.key,
            value: each.setting.adds === true ? listOf(each) : (each.values.at(-1)?.value ?? null),
            built_in: each.setting.builtIn,
            environment: each.setting.env,
            origins: each.values.map(({ layer, origin }) => ({ layer, origin })),
            overridden: each.overridden.map(({ layer, origin, value }) => ({ layer, origin, value })),
          })),
        })
  deliver(text, flags, terminal)
  return EXIT.ok
}
