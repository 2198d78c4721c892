// Goal: a C library that lacks a function under its usual name is no reason to keep less: what is bound instead does the
// same. Method: koffi on the C library that is here, with those names taken away that musl lacks in one version or
// another.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../test/harness/temporary-directory.ts'
import { bindSystemCalls, type KoffiModule, STATX_BYTES, StatxOffset, systemCalls } from './system-calls.ts'

const koffi = createRequire(import.meta.url)('koffi') as KoffiModule
const skip = process.platform === 'linux' ? false : 'NOT RUN: no Linux'

function without(...names: readonly string[]): KoffiModule {
  return {
    errno: () => koffi.errno(),
    load: (file) => {
      const library = koffi.load(file)
      const func = (declaration: string): unknown => {
        if (names.some((name) => declaration.includes(` ${name}(`))) throw new Error(`no ${declaration}`)
        return library.func(declaration)
      }
      return { func }
    },
  }
}

test('statx, renameat2 and lseek64 are found in another way', { skip }, () => {
  using folder = temporaryDirectory()
  const calls = bindSystemCalls(without('statx', 'renameat2', 'lseek64'))
  const at = (name: string) => path.join(folder.path, name)
  fs.writeFileSync(at('a'), 'twelve bytes')
  fs.writeFileSync(at('b'), '')
  const directory = fs.openSync(folder.path, 'r')
  const [mine, usual] = [Buffer.alloc(STATX_BYTES), Buffer.alloc(STATX_BYTES)]
  assert.deepEqual([calls.statx(directory, 'a', mine), systemCalls()!.statx(directory, 'a', usual)], [0, 0])
  assert.deepEqual(mine, usual)
  assert.equal(mine.readUInt32LE(StatxOffset.SIZE), 12)
  assert.equal(calls.statx(directory, 'none', mine), 2, 'ENOENT')
  assert.throws(() => calls.rename(directory, 'a', { name: 'b', noReplace: true }), { code: 'EEXIST' })
  calls.rename(directory, 'a', { name: 'b', noReplace: false })
  assert.deepEqual(fs.readdirSync(folder.path), ['b'])
  const file = fs.openSync(at('b'), 'r')
  assert.deepEqual([calls.nextData(file, 0), calls.nextHole(file, 0)], [0, 12])
})

test('a function that can not be had at all is said by its name', { skip }, () => {
  assert.throws(() => bindSystemCalls(without('linkat')), /linkat/)
})
