#!/usr/bin/env node
/** neonpro-rescue: lists, verifies and restores a repository with its key and Node.js >= 22.15 alone. */
import fs from 'node:fs'
import { parseArgs } from 'node:util'
import { RescueError } from './bytes.ts'
import { chunksOf, entriesOf, isHole, TYPE } from './directories.ts'
import { parseKey } from './keys.ts'
import { resolvePath, restoreTree } from './restore.ts'
import type { Snapshot } from './runs.ts'
import { Store } from './store.ts'
import { Streams } from './streams.ts'
import { verifyAll } from './verify.ts'
import { say, warn, words } from './words.ts'

const USAGE = words(
  `usage: neonpro-rescue list|verify|ls|restore|dump|streams|stream --repo DIR [--key-file FILE] [SNAPSHOT|latest] [PATH] [--source NAME] [--target DIR]
The key comes from --key-file or BACKUP_ENCRYPTION_KEY. Restored: contents, modes, times, links, holes, owners as root.
Not restored: extended attributes, ACLs, devices.
"streams" lists what servers logged; "stream ID --target DIR" writes it as WAL segments, binary logs or an oplog.
Exit codes: 0 done, 1 damage or failure, 2 usage, 10 no repository, 12 wrong key.`,
  `uso: neonpro-rescue list|verify|ls|restore|dump|streams|stream --repo PASTA [--key-file ARQUIVO] [SNAPSHOT|latest] [CAMINHO] [--source NOME] [--target PASTA]
A chave vem de --key-file ou de BACKUP_ENCRYPTION_KEY. Restaura: conteúdo, permissões, datas, links, buracos e, como root, donos.
Não restaura: atributos estendidos, ACLs, dispositivos.
"streams" lista o que os servidores registraram; "stream ID --target PASTA" o grava como segmentos WAL, logs binários ou um oplog.
Códigos de saída: 0 feito, 1 dano ou falha, 2 uso, 10 sem repositório, 12 chave errada.`,
)

interface Wanted {
  readonly name: string | undefined
  readonly source: string | undefined
}

/** Without a name the latest: of the source that is named, or of the only one. */
function choose(snapshots: readonly Snapshot[], { name: wanted, source }: Wanted): Snapshot {
  const sources = [...new Set(snapshots.map(({ body }) => body.source))].sort()
  if (source !== undefined && !sources.includes(source))
    throw new RescueError(
      words(
        `there is no source "${source}"; there are: ${sources.join(', ')}`,
        `não há a origem "${source}"; há: ${sources.join(', ')}`,
      ),
    )
  const own = snapshots.filter(({ body }) => source === undefined || body.source === source)
  const isLatest = wanted === undefined || wanted === 'latest'
  const complete = own.filter(({ state }) => state === 'complete')
  if (isLatest) refuseSeveral(complete)
  const matches = isLatest ? complete.slice(-1) : own.filter(({ name }) => name.startsWith(wanted))
  const [found, other] = matches
  if (!found || other)
    throw new RescueError(
      found
        ? words(`several snapshots begin with ${wanted}`, `vários snapshots começam com ${wanted}`)
        : words(`there is no snapshot ${wanted ?? ''}`, `não há o snapshot ${wanted ?? ''}`),
    )
  return found
}

/** The newest of all is that of whichever source ran last: nobody's whole data. */
function refuseSeveral(complete: readonly Snapshot[]): void {
  const sources = [...new Set(complete.map(({ body }) => body.source))].sort()
  if (sources.length < 2) return
  throw new RescueError(
    words(
      `"latest" is the latest of one source: say which with --source NAME. There are: ${sources.join(', ')}`,
      `"latest" é o mais novo de uma origem: diga qual com --source NOME. Há: ${sources.join(', ')}`,
    ),
    2,
  )
}

function run(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      repo: { type: 'string' },
      'key-file': { type: 'string' },
      target: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      source: { type: 'string' },
    },
  })
  if (values.help) {
    for (const line of USAGE.split('\n')) say(line)
    return 0
  }
  const [command, wanted, path] = positionals
  if (!values.repo || !command || !['list', 'verify', 'ls', 'restore', 'dump', 'streams', 'stream'].includes(command))
    throw new RescueError(USAGE, 2)
  const key = values['key-file'] === undefined ? process.env['BACKUP_ENCRYPTION_KEY'] : `file:${values['key-file']}`
  if (!key)
    throw new RescueError(
      words(
        'there is no key: set BACKUP_ENCRYPTION_KEY or give --key-file',
        'falta a chave: defina BACKUP_ENCRYPTION_KEY ou use --key-file',
      ),
      2,
    )
  const store = new Store(values.repo, parseKey(key))
  if (command === 'streams') return listStreams(store)
  if (command === 'stream') return writeStream(store, { id: wanted, target: values.target })
  const snapshots = store.snapshots()
  for (const line of store.remarks) warn(line)
  if (command === 'list') return list(snapshots)
  if (command === 'verify') return verify(store, snapshots)
  try {
    return readOf(store, choose(snapshots, { name: wanted, source: values.source }), {
      command,
      path,
      target: values.target,
    })
  } finally {
    // Also where nothing of what was asked for is lost: the newest snapshot may be among it.
    for (const line of new Set(store.notices)) warn(line)
  }
}

interface Asked {
  readonly command: string
  readonly path: string | undefined
  readonly target: string | undefined
}

function readOf(store: Store, snapshot: Snapshot, { command, path, target }: Asked): number {
  const tree = Buffer.from(snapshot.body.tree, 'hex')
  const entry = path === undefined ? undefined : resolvePath(store, snapshot.body, path)
  if (command === 'dump') return dump(store, entry)
  const id = entry ? entry.content : tree
  if (entry && ((entry.mode & TYPE.MASK) !== TYPE.DIRECTORY || entry.kind !== 1))
    throw new RescueError(words(`${path} is no directory`, `${path} não é uma pasta`))
  if (command === 'ls') {
    for (const each of entriesOf(store, id))
      say(
        `${each.mode.toString(8).padStart(6, '0')} ${String(each.bytes).padStart(12)}  ${Buffer.from(each.name, 'latin1').toString()}`,
      )
    return 0
  }
  if (!target)
    throw new RescueError(words('say where to restore with --target', 'diga com --target para onde restaurar'), 2)
  const counts = restoreTree(store, id, { target, isPartial: snapshot.state !== 'complete' })
  for (const line of [...counts.failed, ...counts.leftOut.lines()]) warn(line)
  say(
    words(
      `${counts.files} files, ${counts.bytes} bytes restored from ${snapshot.name.slice(0, 12)}`,
      `${counts.files} arquivos, ${counts.bytes} bytes restaurados de ${snapshot.name.slice(0, 12)}`,
    ),
  )
  return counts.failed.length > 0 ? 1 : 0
}

function listStreams(store: Store): number {
  const streams = new Streams(store)
  for (const { id, stream, records, from, to } of streams.list())
    say(`${id}  ${stream.kind}  ${stream.system}  ${stream.branch}  ${from}  ${to}  ${records}`)
  for (const line of streams.faults) warn(line)
  return streams.faults.length > 0 ? 1 : 0
}

function writeStream(
  store: Store,
  { id, target }: { readonly id: string | undefined; readonly target: string | undefined },
): number {
  if (!id || !target) throw new RescueError(USAGE, 2)
  const streams = new Streams(store)
  const files = streams.write(id, target)
  for (const line of streams.faults) warn(line)
  say(words(`${files} files written`, `${files} arquivos gravados`))
  return streams.faults.length > 0 ? 1 : 0
}

const STATES: Readonly<Record<Snapshot['state'] | 'partial', string>> = {
  complete: words('complete  ', 'completo    '),
  partial: words('partial   ', 'parcial     '),
  checkpoint: words('checkpoint', 'interrompido'),
  unfinished: words('unfinished', 'inacabado   '),
}

function list(snapshots: readonly Snapshot[]): number {
  for (const { name, state, body } of snapshots) {
    const shown = state === 'complete' && lacksOf(body) > 0 ? 'partial' : state
    const kind = body.sourceKind === undefined || body.sourceKind === 'FILES' ? '' : `  (${body.sourceKind})`
    say(`${name}  ${body.finishedAt}  ${STATES[shown]}  ${body.source}${kind}`)
  }
  return 0
}

function lacksOf({ skippedCount = 0, changedCount = 0, notKeptCount = 0 }: Snapshot['body']): number {
  return skippedCount + changedCount + notKeptCount
}

function verify(store: Store, snapshots: readonly Snapshot[]): number {
  const { objects, later, paths } = verifyAll(store, snapshots)
  for (const line of new Set(later)) say(words(`not looked into: ${line}`, `não examinado: ${line}`))
  for (const line of objects) say(words(`damaged: ${line}`, `danificado: ${line}`))
  for (const [name, lost] of paths)
    for (const path of lost)
      say(words(`lost in ${name.slice(0, 12)}: ${path}`, `perdido em ${name.slice(0, 12)}: ${path}`))
  const users = store.userFiles()
  if (users > 0)
    say(
      words(
        `${users} files of an application (user/) are in no snapshot and were not read`,
        `${users} arquivos de uma aplicação (user/) não estão em nenhum snapshot e não foram lidos`,
      ),
    )
  const records = new Streams(store).count()
  if (records > 0)
    say(
      words(
        `${records} records of streams were not read: see "streams"`,
        `${records} registros de fluxos não foram lidos: veja "streams"`,
      ),
    )
  const isWhole = objects.length + paths.size === 0
  say(
    words(
      `${snapshots.length} snapshots, ${store.packs().length} packs read: ${isWhole ? 'no damage' : 'DAMAGE'}`,
      `${snapshots.length} snapshots, ${store.packs().length} pacotes lidos: ${isWhole ? 'nenhum dano' : 'DANO'}`,
    ),
  )
  return isWhole && later.length === 0 ? 0 : 1
}

function dump(store: Store, entry: ReturnType<typeof resolvePath>): number {
  if (!entry || (entry.mode & TYPE.MASK) !== TYPE.FILE)
    throw new RescueError(words('dump takes the path of a file', 'dump exige o caminho de um arquivo'), 2)
  for (const { id, bytes } of chunksOf(store, entry)) {
    if (isHole(id)) writeZeros(bytes)
    else writeAll(store.blob(id))
  }
  return 0
}

/** A pipe takes what it has room for, and none at times. */
function writeAll(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += fs.writeSync(1, bytes, done)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

function requireNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 15)) return
  throw new RescueError(
    words(
      `neonpro-rescue needs Node.js 22.15 or newer; this is ${process.versions.node}`,
      `neonpro-rescue precisa do Node.js 22.15 ou mais novo; este é o ${process.versions.node}`,
    ),
  )
}

function writeZeros(bytes: number): void {
  const piece = Buffer.alloc(Math.min(bytes, 1024 * 1024))
  for (let left = bytes; left > 0; left -= piece.length) writeAll(piece.subarray(0, Math.min(left, piece.length)))
}

try {
  requireNode()
  process.exitCode = run()
} catch (error) {
  for (const line of (error instanceof Error ? error.message : String(error)).split('\n')) warn(line)
  process.exitCode = error instanceof RescueError ? error.exitCode : 1
}
