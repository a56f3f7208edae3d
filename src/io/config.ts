import { existsSync, lstatSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { type Layer, type Resolved, resolveSettings, SETTINGS, type Stated } from '../config/settings.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { isDirectory } from './entry.ts'
import { readText } from './files.ts'

/** The file of a project, looked for from the working directory upwards. */
export const PROJECT_FILE = 'plan.config.yaml'

/** The settings of a user, below the directory of the XDG base directory specification. */
const USER_FILE = join('gpu-plan', 'config.yaml')

/** Where settings are looked for. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly workingDirectory: string
  /** Nothing is read; the files are still named. */
  readonly off?: boolean
}

/** A file in which settings were looked for. */
export interface ConfigFile {
  readonly layer: Layer
  /** As it is shown; null where there is nowhere to look. */
  readonly path: string | null
  readonly exists: boolean
}

export interface Settings {
  readonly resolved: readonly Resolved[]
  readonly files: readonly ConfigFile[]
}

/**
 * The settings that hold here: of the user's file, over it the project's, over it the environment. Without any, nothing is parsed and
 * no schema is loaded, as most runs start so.
 * @throws InputError for a file that is there and cannot be read, and for what is wrong in it.
 */
export async function loadSettings(surroundings: Surroundings): Promise<Settings> {
  const { env, workingDirectory } = surroundings
  const candidates: { layer: Layer; path: string | null }[] = [
    { layer: 'user file', path: userFile(env) },
    { layer: 'project file', path: projectFile(workingDirectory) },
  ]
  const files = candidates.map(({ layer, path }): ConfigFile => {
    const exists = path !== null && isThere(path)
    return { layer, path: path === null ? null : shortPath(path, workingDirectory), exists }
  })
  const inEnvironment = SETTINGS.some((setting) => (env[setting.env] ?? '').trim() !== '')
  if (surroundings.off === true || (!inEnvironment && files.every(({ exists }) => !exists)))
    return { resolved: resolveSettings([]), files }
  const { readConfig, readEnvironment } = await import('../config/read.ts')
  const stated = candidates.flatMap(({ layer, path }, index): Stated[] => {
    const file = files[index]
    if (path === null || file?.exists !== true || file.path === null) return []
    const settings = readConfig(readText(path), file.path, layer)
    return settings.map((each) => inDirectory(each, dirname(path), workingDirectory))
  })
  const fromEnvironment = readEnvironment(env, delimiter).map((each) =>
    inDirectory(each, workingDirectory, workingDirectory),
  )
  return { resolved: resolveSettings([...stated, ...fromEnvironment]), files }
}

/** `$XDG_CONFIG_HOME/gpu-plan/config.yaml`, else `~/.config/...`. A relative XDG_CONFIG_HOME is ignored, as the specification asks. */
function userFile(env: Surroundings['env']): string | null {
  const xdg = env.XDG_CONFIG_HOME
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, USER_FILE)
  const home = env.HOME ?? homedir()
  return isAbsolute(home) ? join(home, '.config', USER_FILE) : null
}

/** The nearest project file, up to the top of the repository or of the file system. Where none is, the nearest place for one. */
function projectFile(workingDirectory: string): string {
  for (let directory = resolve(workingDirectory); ; directory = dirname(directory)) {
    const file = join(directory, PROJECT_FILE)
    if (isThere(file)) return file
    if (existsSync(join(directory, '.git')) || dirname(directory) === directory)
      return join(workingDirectory, PROJECT_FILE)
  }
}

/** Whether something has this name: also a directory, or a link that leads nowhere, so that it is reported and not passed over. */
function isThere(path: string): boolean {
  try {
    lstatSync(path)
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // A directory on the way that may not be searched holds no file that was meant for this user.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'ELOOP') return false
    throw error
  }
}

/** Paths of catalogs as they are from the working directory. */
function inDirectory(stated: Stated, directory: string, workingDirectory: string): Stated {
  if (stated.key !== 'catalogs' || !Array.isArray(stated.value)) return stated
  const value = stated.value.map((entry): string => {
    const text = String(entry)
    const path = text.startsWith('~/') ? join(homedir(), text.slice(2)) : resolve(directory, text)
    if (!isDirectory(path)) {
      throw inputError(`the catalog ${JSON.stringify(text)} is not a directory`, {
        position: positionOf(stated.origin),
        hint: `it was looked for at ${path}`,
      })
    }
    return shortPath(path, workingDirectory)
  })
  return { ...stated, value }
}

/** The shorter of the path from the working directory and the whole path. */
function shortPath(path: string, workingDirectory: string): string {
  const below = relative(workingDirectory, path)
  if (below === '') return '.'
  return isAbsolute(below) || below.length >= path.length ? path : below
}

function positionOf(origin: string): { file: string; line?: number; column?: number } {
  const [, file, line, column] = /^(.*):(\d+):(\d+)$/.exec(origin) ?? []
  return file === undefined ? { file: origin } : { file, line: Number(line), column: Number(column) }
}
