/** A copy of the sources with one more driver in it, built: what a driver takes is one file and one line. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

const root = path.resolve(import.meta.dirname, '../..')

export interface AddedDriver {
  /** Of this folder: it becomes `NAME.ts` in the drivers' room. */
  readonly harness: string
  /** `storage/providers/toy.ts` */
  readonly file: string
  /** `storage/all.ts` */
  readonly table: string
  readonly line: string
}

/** The programs and the library stand in `folder/dist/bin`. */
export async function buildWith(folder: string, { harness, file, table, line }: AddedDriver): Promise<void> {
  const at = (name: string) => path.join(folder, name)
  fs.cpSync(path.join(root, 'src'), at('src'), { recursive: true })
  const [layer = ''] = file.split('/')
  const text = fs.readFileSync(path.join(import.meta.dirname, harness), 'utf8')
  fs.mkdirSync(path.dirname(at(`src/${file}`)), { recursive: true })
  fs.writeFileSync(at(`src/${file}`), text.replaceAll(`../../src/${layer}/`, '../').replaceAll('../../src/', '../../'))
  fs.appendFileSync(at(`src/${table}`), line)
  for (const name of ['node_modules', 'database', 'package.json']) fs.symlinkSync(path.join(root, name), at(name))
  await build({
    entryPoints: [
      'src/cli/main.ts',
      'src/services/execution/engine-child.ts',
      'src/engine/worker/worker-main.ts',
      'src/engine/worker/far-worker-main.ts',
      'src/index.ts',
    ].map(at),
    entryNames: '[name]',
    outdir: at('dist/bin'),
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    define: { NEONPRO_BUNDLED: 'true' },
    logLevel: 'error',
  })
}

/** What was made and changed beside the sources as they are is that file and that line. */
export function assertOneFileAndLine(folder: string, { file, table, line }: AddedDriver): void {
  const [own, changed] = [textsOf(path.join(root, 'src')), textsOf(path.join(folder, 'src'))]
  const made = [...changed.keys()].filter((name) => !own.has(name))
  const edited = [...own.keys()].filter((name) => own.get(name) !== changed.get(name))
  assert.deepEqual([made, edited], [[file], [table]])
  assert.equal(changed.get(table), `${own.get(table)}${line}`)
}

function textsOf(base: string): Map<string, string> {
  return new Map(
    fs
      .readdirSync(base, { recursive: true, encoding: 'utf8' })
      .filter((name) => fs.statSync(path.join(base, name)).isFile())
      .map((name) => [name, fs.readFileSync(path.join(base, name), 'utf8')]),
  )
}
