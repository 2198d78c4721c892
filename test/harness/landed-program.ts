/**
 * The program that wrote the first version of the format, as it was released: its own sources, which do not change with
 * the present ones. What it says of what came later is what people with an old installation are told.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type * as engine from '../../src/engine/index.ts'
import type { ObjectStore } from '../../src/storage/index.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const ARCHIVE = path.join(ROOT, 'test/fixtures/programs/v1-rc.tar.gz')

export interface LandedProgram {
  /** Of that time; what is used of it here has stayed as it was. */
  readonly engine: typeof engine
  readonly storeAt: (folder: string) => ObjectStore
  /** Of the rescue reader, a file to run. */
  readonly rescue: string
}

/** Unpacks it below `base`. */
export async function landedProgram(base: string): Promise<LandedProgram> {
  const folder = path.join(base, 'landed-program')
  fs.mkdirSync(folder)
  execFileSync('tar', ['-xzf', ARCHIVE, '-C', folder])
  fs.writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}')
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
  const storage = (await import(path.join(folder, 'src/storage/all.ts'))) as {
    openStore: (location: { kind: 'LOCAL'; path: string }) => ObjectStore
  }
  return {
    engine: (await import(path.join(folder, 'src/engine/index.ts'))) as typeof engine,
    storeAt: (place) => storage.openStore({ kind: 'LOCAL', path: place }),
    rescue: path.join(folder, 'rescue/neonpro-rescue.ts'),
  }
}
