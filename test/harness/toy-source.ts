/**
 * A source like any other, whose "server" is a folder: `toy.json` there says which tables it has, who may read them and
 * what goes wrong. The rows are generated. A test puts this file among the sources.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { BackupError } from '../../src/kernel/backup-error.ts'
import type { SourceCall, SourceDriver, StoredEntry } from '../../src/sources/source-driver.ts'
import { sourceFailed } from '../../src/sources/source-failure.ts'
import { Cut, type StreamEntry } from '../../src/sources/stream-entry.ts'

export type ToySettings = {
  readonly place: string
  /** A table of that name is left out. */
  readonly without?: string | undefined
  readonly delayMs?: number | undefined
  readonly token?: string | undefined
}

/** What stands in `toy.json`. */
export interface ToyServer {
  readonly token: string
  /** Rows by name. */
  readonly tables: Readonly<Record<string, number>>
  readonly trouble?: {
    readonly table: string
    readonly afterRows: number
    /** FAIL: with a library's own error, which repeats the token. WAIT: until `toy.json` says otherwise. */
    readonly kind: 'FAIL' | 'WAIT' | 'STALL'
  }
}

const ROWS_PER_PIECE = 1000
const WAIT_MS = 50
const FORM = { en: 'a short text', 'pt-BR': 'um texto curto' }

export const toy: SourceDriver<ToySettings, 'TOY'> = {
  kind: 'TOY',
  settings: (z) =>
    z.strictObject({
      place: z.string().min(1),
      without: z.string().optional(),
      delayMs: z.number().int().min(0).optional(),
      token: z.string().min(8).optional(),
    }),
  secrets: ['token'],
  keepsSecrets: ['without', 'delayMs'],
  texts: {
    place: { accepted: FORM, default: '—', meaning: 'The folder of its server.' },
    without: { accepted: FORM, default: '—', meaning: 'A table that is left out.' },
    delayMs: {
      accepted: { en: 'a number of milliseconds', 'pt-BR': 'um número de milissegundos' },
      default: '0',
      meaning: 'Between two pieces.',
    },
    token: { accepted: FORM, default: '—', meaning: 'Opens it.' },
  },
  capabilities: { restoresInto: true, pointInTime: false },
  schemes: ['toydb'],
  ambient: ['TOYDB_'],
  fromUrl(url) {
    const [, token, place] = /^toydb:\/\/(?:([^@]*)@)?(\/.*)$/.exec(url) ?? []
    if (place === undefined) throw new BackupError('USAGE', 'A toydb: URL is toydb://TOKEN@/PLACE.')
    return { place, ...(token !== undefined && { token }) }
  },
  label: ({ place }) => `toydb://${place}`,
  async check(settings) {
    await serverOf(settings, 'check')
  },
  async open(settings, { signal }) {
    const { tables } = await serverOf(settings, 'open')
    const names = Object.keys(tables).filter((name) => name !== settings.without)
    return {
      async *entries() {
        for (const name of names) yield await Promise.resolve(tableEntry(settings, name))
        yield settingsEntry(names)
        if (signal.aborted) throw new BackupError('ABORTED', 'Stopped.')
      },
      facts: () => ({ server: 'toy 1', rows: Object.fromEntries(names.map((name) => [name, tables[name]])) }),
      [Symbol.asyncDispose]: async () => await noted(settings, 'closed'),
    }
  },
  async restore(settings, entries, { signal }) {
    await serverOf(settings, 'restore')
    for await (const entry of entries) await putBack(settings, entry, { signal })
  },
}

function tableEntry(settings: ToySettings, name: string): StreamEntry {
  return {
    path: `/tables/${name}.csv`,
    cut: Cut.ROWS,
    async *content(signal) {
      const { tables } = await readServer(settings)
      for (let row = 0; row < tables[name]!; row += ROWS_PER_PIECE) {
        if (signal.aborted) throw new BackupError('ABORTED', 'Stopped.')
        await trouble(settings, { name, row, signal })
        if (settings.delayMs) await pause(settings.delayMs)
        yield Buffer.from(rows(name, row, Math.min(tables[name]!, row + ROWS_PER_PIECE)))
      }
      await noted(settings, `read ${name}`)
    },
  }
}

function settingsEntry(names: readonly string[]): StreamEntry {
  return {
    path: '/settings.json',
    mode: 0o644,
    mtimeNs: 1_700_000_000_000_000_000n,
    cut: Cut.FILES,
    async *content() {
      yield await Promise.resolve(Buffer.from(JSON.stringify(names)))
    },
  }
}

/** The text of a table from one row to before another. */
export function rows(name: string, from: number, to: number): string {
  const lines: string[] = []
  for (let row = from; row < to; row += 1)
    lines.push(`${row};${createHash('sha256').update(`${name} ${row}`).digest('hex')}\n`)
  return lines.join('')
}

async function trouble(
  settings: ToySettings,
  { name, row, signal }: { readonly name: string; readonly row: number; readonly signal: AbortSignal },
): Promise<void> {
  const met = async () => {
    const { trouble } = await readServer(settings)
    return trouble?.table === name && row >= trouble.afterRows ? trouble.kind : undefined
  }
  const kind = await met()
  if (kind === undefined) return
  await noted(settings, `met ${kind}`)
  if (kind === 'FAIL') throw new Error(`toylib: connection ${settings.token}@${settings.place} lost`)
  // One that stalls does not even listen.
  if (kind === 'STALL') await new Promise(() => setInterval(() => {}, 1000))
  while ((await met()) !== undefined) {
    if (signal.aborted) throw new BackupError('ABORTED', 'Stopped.')
    await pause(WAIT_MS)
  }
}

async function putBack(settings: ToySettings, entry: StoredEntry, { signal }: SourceCall): Promise<void> {
  const file = path.join(settings.place, 'restored', entry.path)
  await fs.mkdir(path.dirname(file), { recursive: true })
  const pieces: Uint8Array[] = []
  for await (const piece of entry.content(signal)) pieces.push(piece)
  const bytes = Buffer.concat(pieces)
  if (bytes.length !== entry.bytes) throw new Error(`${entry.path} has ${bytes.length} bytes, not ${entry.bytes}`)
  await fs.writeFile(file, bytes)
}

async function readServer({ place }: ToySettings): Promise<ToyServer> {
  return JSON.parse(await fs.readFile(path.join(place, 'toy.json'), 'utf8')) as ToyServer
}

async function serverOf(settings: ToySettings, act: string): Promise<ToyServer> {
  const failed = (why: string) => sourceFailed(toy.label(settings), why)
  const server = await readServer(settings).catch(() => {
    throw failed('there is no toy')
  })
  if (server.token !== (settings.token ?? '')) throw failed('the token is refused')
  await noted(settings, act)
  return server
}

/** Who came, and with what around him: a test looks whether the token stands where it may not. */
async function noted({ place }: ToySettings, act: string): Promise<void> {
  const caller = { act, program: process.argv[1], argv: process.argv, variables: Object.keys(process.env) }
  await fs.appendFile(path.join(place, 'calls.jsonl'), `${JSON.stringify(caller)}\n`)
}
