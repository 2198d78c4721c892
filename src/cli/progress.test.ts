// Goal: a bar with files, bytes, rate and time left on a terminal, never wider than it; plain lines elsewhere; events
// on request; silence when asked.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EVENT } from './json/index.ts'
import { JSON_VERSION } from './json/version.ts'
import { translator } from './locale.ts'
import { createProgress, type ProgressFacts, type ProgressKind, type ProgressMode } from './progress.ts'

const FACTS: ProgressFacts = {
  filesDone: 1234,
  bytesDone: 50 * 1024 * 1024,
  bytesAdded: 1024,
  bytesExpected: 200 * 1024 * 1024,
}

function shown(options: {
  mode?: ProgressMode
  kind?: ProgressKind
  isTTY?: boolean
  columns?: number
  facts?: ProgressFacts
  locale?: 'en' | 'pt-BR'
}): string {
  let text = ''
  const stream = {
    isTTY: options.isTTY ?? true,
    columns: options.columns ?? 100,
    write: (piece: string) => (text += piece),
  }
  const locale = options.locale ?? 'en'
  const progress = createProgress({
    kind: options.kind ?? 'backup',
    mode: options.mode ?? 'auto',
    stream,
    t: translator(locale),
    locale,
  })
  progress.update(options.facts ?? FACTS)
  progress.end()
  return text
}

test('a terminal gets a bar with share, files, bytes, rate and time left, and a clear line at the end', () => {
  const text = shown({})
  assert.match(
    text,
    /^\r\[#{6}\.{18}\] {3}25 % {2}1,234 files {2}50\.0 MiB {2}1\.0 KiB new {2}[\d.]+ [KMGT]iB\/s {2}1 s left\u001b\[K\r\u001b\[K$/,
  )
  assert.match(shown({ locale: 'pt-BR' }), /1\.234 arquivos {2}50,0 MiB {2}1,0 KiB novos .*faltam 1 s/)
  assert.match(shown({ kind: 'verify' }), /1,234 packs/)
})

test('a line never reaches the edge of the terminal, where it would wrap', () => {
  for (const columns of [20, 40, 60, 80, 200]) {
    const line = shown({ columns }).split('\u001b')[0]!.slice(1)
    assert.ok(line.length < columns, `${columns}: ${line.length}`)
    assert.equal(line.includes('['), columns >= 80, `${columns}: a bar only where it has room`)
  }
})

test('without a total there is neither bar nor share; files serve where bytes are not known', () => {
  assert.match(shown({ facts: { filesDone: 3, bytesDone: 5 } }), /^\r3 files {2}5 B/)
  assert.match(shown({ facts: { filesDone: 3, bytesDone: 5, filesExpected: 4 } }), /75 %/)
  assert.match(shown({ facts: { filesDone: 9, bytesDone: 500, bytesExpected: 400 } }), /100 %/)
})

test('elsewhere the first line waits for ten seconds; events are JSON; none is silent', () => {
  assert.equal(shown({ isTTY: false }), '')
  assert.equal(shown({ mode: 'plain' }), '')
  assert.equal(shown({ mode: 'none' }), '')
  const event = JSON.parse(shown({ mode: 'json', isTTY: false })) as Record<string, unknown>
  assert.equal(event['event'], 'progress')
  for (const kind of ['backup', 'restore', 'copy', 'verify'] as const)
    for (const facts of [FACTS, { filesDone: 3, bytesDone: 5 }]) {
      const { jsonVersion, ...rest } = JSON.parse(shown({ mode: 'json', kind, facts })) as Record<string, unknown>
      assert.equal(jsonVersion, JSON_VERSION)
      EVENT.parse(rest)
      assert.equal(rest['kind'], kind)
    }
  for (const name of ['filesDone', 'bytesDone', 'bytesExpected', 'seconds', 'bytesPerSecond', 'secondsLeft'])
    assert.equal(typeof event[name], 'number', name)
})
