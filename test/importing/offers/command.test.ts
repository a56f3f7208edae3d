import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AS_OF, plan, scenario } from '../../cli/binary.ts'

let folder = ''
const at = (name: string): string => join(folder, name)
const OWN = `provider,instance,gpu,gpu_count,region,usd_per_hour,as_of
acme,one,l40s,1,r,0.40,2026-11-01
acme,two,l40s,2,r,0.80,2026-11-01
acme,what,H100,1,r,2.00,2026-11-01
`
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-import-'))
  writeFileSync(at('own.csv'), OWN)
  writeFileSync(at('serve.yaml'), scenario())
})
afterAll(() => rmSync(folder, { recursive: true }))

const run = (...args: string[]) => plan(['catalog', 'import', 'offers', ...args, ...AS_OF], { cwd: folder })

describe('plan catalog import offers', () => {
  test('YAML on standard output, what happened on standard error', () => {
    const { code, stdout, stderr } = run('own.csv')
    expect(code).toBe(0)
    expect(stdout).toContain(
      '  - { instance: two, gpu: l40s, gpu_count: 2, region: r, usd_per_hour: { on-demand: 0.8 }, link: pcie, as_of: 2026-11-01, confidence: medium, source: own price list own.csv }\n',
    )
    expect(stderr).toContain('own.csv: own, 3 rows\n✔ acme: 2 offers\n2 rows behind them')
    expect(stderr).toMatch(/^ambiguous-gpu +1 +H100: h100-pcie-80gb or/m)
    expect(run('own.csv', '--quiet').stderr).toBe('')
  })

  test('an overlay directory that plans use, and that check looks at', () => {
    expect(run('own.csv', '--output', 'mine').stdout).toBe('')
    expect(readFileSync(at('mine/offers/acme.yaml'), 'utf8').replace(/^# Written by .*\n/, '')).toBe(
      run('own.csv').stdout,
    )
    const planned = plan(
      ['serve.yaml', '--catalog', 'mine', '--set', 'search.gpus=[l40s]', '--format', 'json', ...AS_OF],
      { cwd: folder },
    )
    const { best } = JSON.parse(planned.stdout)
    expect(best.placement.provider).toBe('acme')
    expect(best.cost.price_as_of).toBe('2026-11-01')
    const check = plan(['catalog', 'check', '--catalog', 'mine', '--format', 'json', ...AS_OF], { cwd: folder })
    const { offers, findings } = JSON.parse(check.stdout)
    expect([check.code, offers]).toEqual([findings.length === 0 ? 0 : 4, 2])
  })

  test('one file for one provider; several need a directory', () => {
    run('own.csv', '--output', 'acme.yaml')
    expect(readFileSync(at('acme.yaml'), 'utf8')).toMatch(/^provider: acme\n/)
    writeFileSync(at('both.csv'), OWN.replace('acme,two', 'beta,two'))
    const { code, stdout, stderr } = run('both.csv', '--quiet')
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('the prices of 2 providers take a file each (--output DIR writes them to DIR/offers)')
    run('both.csv', '--output', 'several')
    expect(readFileSync(at('several/offers/beta.yaml'), 'utf8')).toMatch(/^# Written by .*\nprovider: beta\n/)
  })

  test('--gpu-name settles a name; a wrong id is refused with a suggestion', () => {
    expect(run('own.csv', '--gpu-name', 'H100=h100-sxm-80gb').stdout).toContain('instance: what, gpu: h100-sxm-80gb')
    expect(run('own.csv', '--gpu-name', 'H100=h100-sxm-80bg').stderr).toContain('did you mean "h100-sxm-80gb"?')
    expect(run('own.csv', '--gpu-name', 'H100').stderr).toContain('--gpu-name takes NAME=ID')
  })

  test('as data', () => {
    const { stdout, stderr } = run('own.csv', '--format', 'json')
    expect(stderr).toBe('')
    const result = JSON.parse(stdout)
    expect(result).toMatchObject({ version: 1, as_of: '2026-11-21', rows_used: 2, read: [{ form: 'own', rows: 3 }] })
    expect(result.skipped).toEqual([
      {
        reason: 'ambiguous-gpu',
        meaning: expect.any(String),
        rows: 1,
        list: [{ file: 'own.csv', line: 4, subject: 'what r', detail: expect.stringContaining('H100: ') }],
      },
    ])
  })

  test('no offer at all is an error, and nothing is written', () => {
    writeFileSync(at('none.csv'), 'provider,instance,gpu,gpu_count,usd_per_hour\nacme,x,RTX4080,1,1\n')
    const { code, stdout, stderr } = run('none.csv', '--output', 'nothing')
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('RTX4080 (line 2)')
    expect(stderr).toContain('no row became an offer')
  })

  test('hostile files: UTF-16 is read with its mark and refused without, an open quote has its line', () => {
    writeFileSync(at('utf16.csv'), Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(OWN, 'utf16le')]))
    expect(run('utf16.csv').code).toBe(0)
    writeFileSync(at('bare16.csv'), Buffer.from(OWN, 'utf16le'))
    expect(run('bare16.csv').stderr).toContain('bare16.csv: the file is not a CSV in UTF-8: it contains zero bytes')
    writeFileSync(at('open.csv'), `${OWN}"acme,x\n`)
    expect(run('open.csv').stderr).toContain('open.csv:5: not a valid CSV: a quote is opened and never closed')
    expect(run('gone.csv').stderr).toContain('gone.csv: the file does not exist')
    mkdirSync(at('dir.csv'))
    expect(run('dir.csv').stderr).toContain('dir.csv: the file is a directory')
  })

  test('a price far from the others is said at once', () => {
    writeFileSync(at('cheap.csv'), 'provider,instance,gpu,gpu_count,usd_per_hour\nacme,x,h100-sxm-80gb,1,0.30\n')
    expect(run('cheap.csv').stderr).toMatch(
      /suspicious-price acme\/x\/unstated: on-demand costs \$0\.30 per\s+GPU-hour/,
    )
  })
})
