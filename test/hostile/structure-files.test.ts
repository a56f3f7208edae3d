import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Place, processorMs, READERS, readBy } from './structure-readers.ts'

const HUNDRED_MB = 100_000_000
/** A sparse file costs nothing to make; reading all of it would. */
const huge: Place = (path) => {
  writeFileSync(path, '')
  truncateSync(path, HUNDRED_MB)
}
/** Larger than any limit: one that grew without end. */
const terabyte: Place = (path) => {
  writeFileSync(path, '')
  truncateSync(path, 1e12)
}
/** Of a processor. Reading a hundred megabytes of anything else than a log is a defect, and takes longer. */
const QUICK_MS = 1500
/** Growth of the memory outside the heap that refusing a file may take. */
const LITTLE_BYTES = 30e6

describe('every reader reads what is in order', () => {
  test.each(READERS)('$name', async (reader) => {
    const printed = await readBy(reader, reader.good)
    expect(printed.stderr).not.toContain('error')
    expect(printed.code).toBe(0)
  })
})

describe('what is larger than any file of its kind is refused by its size', () => {
  test.each(READERS.filter(({ form }) => form !== 'log'))('$name of 100 MB', async (reader) => {
    const before = process.memoryUsage().arrayBuffers
    const ms = await processorMs(async () => {
      const { code, stderr } = await readBy(reader, huge)
      expect(code).toBe(2)
      expect(stderr).toMatch(/: the file is too large: more than [\d,]+ bytes/)
    })
    expect(ms).toBeLessThan(QUICK_MS)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(LITTLE_BYTES)
  })

  test.each(READERS)('$name of a terabyte', async (reader) => {
    const { code, stderr } = await readBy(reader, terabyte)
    expect(code).toBe(2)
    expect(stderr).toMatch(/: the file is too large: more than [\d,]+ bytes/)
  })

  test('a log of 100 MB without a line is read, and nothing is found in it', async () => {
    const log = READERS.find(({ form }) => form === 'log')!
    const { code, stderr } = await readBy(log, huge)
    expect(code).toBe(2)
    expect(stderr).toContain('no start-up of a server is found')
  })
})

describe('what is no file', () => {
  test.each(READERS)('a directory in place of $name', async (reader) => {
    const { code, stderr } = await readBy(reader, (path) => mkdirSync(path))
    // A directory of that name is no catalog file: the catalog then holds none.
    expect(stderr).toMatch(/is a directory, not a file|the directory holds no YAML files|holds no config\.json/)
    expect(code).toBe(2)
  })

  test.each(READERS.filter(({ name }) => !['settings', 'a catalog', 'the index of a checkpoint'].includes(name)))(
    'nothing in place of $name',
    async (reader) => {
      const { code, stderr } = await readBy(reader, () => undefined)
      expect(stderr).toContain('the file does not exist')
      expect(code).toBe(2)
    },
  )

  test.each(READERS)('a device without an end in place of $name', async (reader) => {
    const { code, stderr } = await readBy(reader, (path) => symlinkSync('/dev/zero', path))
    expect(stderr).toMatch(/too large: more than [\d,]+ bytes|is no regular file/)
    expect(code).toBe(2)
  })

  // Reading it fails for everyone, the administrator included, who may read any file.
  test.runIf(existsSync('/proc/self/mem')).each(READERS)('what cannot be read in place of $name', async (reader) => {
    const { code, stderr } = await readBy(reader, (path) => symlinkSync('/proc/self/mem', path))
    expect(stderr).toMatch(/the file cannot be read: E[A-Z]+/)
    expect(code).toBe(2)
  })

  test('a pipe that nobody writes to in a catalog or beside a model is refused, not waited for', async () => {
    const pipe: Place = (path) => execFileSync('mkfifo', [path])
    const catalog = READERS.find(({ name }) => name === 'a catalog')!
    expect((await readBy(catalog, pipe)).stderr).toContain('gpus/own.yaml: the file is no regular file but a pipe')
    const config = READERS.find(({ name }) => name === 'config.json')!
    const shard: Place = (path) => {
      writeFileSync(path, config.good)
      pipe(path.replace('config.json', 'model.safetensors'))
    }
    expect((await readBy(config, shard)).stderr).toContain('model.safetensors: the file is no regular file but a pipe')
    const gguf = { ...config, file: 'model.gguf' }
    expect((await readBy(gguf, pipe)).stderr).toContain('model.gguf: the file is no regular file but a pipe')
  })

  test('a scenario comes through a pipe with a name, as shells make them', async () => {
    const [reader] = READERS
    const written: Place = (path) => {
      execFileSync('mkfifo', [path])
      spawn('sh', ['-c', 'printf %s "$0" > "$1"', reader!.good, path], { stdio: 'ignore' })
    }
    expect((await readBy(reader!, written)).code).toBe(0)
  })
})
