// Goal: any number may wait for runs of one system: each is told, none after it has gone, and nothing warns of a leak.
// Method: fifty that listen, half of which go.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Catalog } from '../../catalog/index.ts'
import { turn } from '../../kernel/clock.ts'
import { announce, listen, RunEvent } from './run-events.ts'

test('everybody who waits is told once, and whoever has gone is not', async () => {
  const warnings: Error[] = []
  const warned = (warning: Error) => warnings.push(warning)
  process.on('warning', warned)
  const catalog = {} as Catalog
  const heard: string[] = []
  const ends = Array.from({ length: 50 }, () => new AbortController())
  for (const [i, { signal }] of ends.entries())
    listen(catalog, RunEvent.FINISHED, { signal, heard: (subject) => heard.push(`${subject} ${i}`) })
  for (const end of ends.slice(25)) end.abort()
  announce(catalog, RunEvent.FINISHED, 'run')
  announce(catalog, RunEvent.CANCEL_REQUESTED, 'run')
  announce({} as Catalog, RunEvent.FINISHED, 'other')
  assert.deepEqual(
    heard,
    Array.from({ length: 25 }, (_, i) => `run ${i}`),
  )
  await turn()
  process.off('warning', warned)
  assert.deepEqual(warnings, [])
})
