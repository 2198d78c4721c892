#!/usr/bin/env node
/** neonpro-rescue: lists, verifies and restores a repository with its key and Node.js >= 22.15 alone. */
import fs from 'node:fs'
import { parseArgs } from 'node:util'
import { RescueError } from './bytes.ts'
import { chunksOf, entriesOf, isHole, TYPE } from './directories.ts'
import { parseKey } from './keys.ts'
import { resolvePath, restoreTree } from './restore.ts'
import { type Snapshot, Store } from './store.ts'
import { verifyAll } from './verify.ts'

const USAGE = `usage: neonpro-rescue list|verify|ls|restore|dump --repo DIR [--key-file FILE] [SNAPSHOT|latest] [PATH] [--target DIR]
The key comes from --key-file or BACKUP_ENCRYPTION_KEY. Restored: contents, modes, times, links, holes, owners as root.
Not restored: extended attributes, ACLs, devices. Exit codes: 0 done, 1 damage or failure, 2 usage, 10 no repository, 12 wrong key.`

function choose(snapshots: readonly Snapshot[], wanted: string | undefined): Snapshot {
  const complete = snapshots.filter(({ isComplete }) => isComplete)
  const matches = wanted === undefined || wanted === 'latest' ? complete.slice(-1) : snapshots.filter(({ name }) => name.startsWith(wanted))
  const [found, other] = matches
  if (!found || other) throw new RescueError(found ? `several snapshots begin with ${wanted}` : `there is no snapshot ${wanted ?? ''}`)
  return found
}

function run(): number {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { repo: { type: 'string' }, 'key-file': { type: 'string' }, target: { type: 'string' } } })
  const [command, wanted, path] = positionals
  if (!values.repo || !command || !['list', 'verify', 'ls', 'restore', 'dump'].includes(command)) throw new RescueError(USAGE, 2)
  const key = values['key-file'] === undefined ? process.env['BACKUP_ENCRYPTION_KEY'] : `file:${values['key-file']}`
  if (!key) throw new RescueError('there is no key: set BACKUP_ENCRYPTION_KEY or give --key-file', 2)
  const store = new Store(values.repo, parseKey(key))
  const snapshots = store.snapshots()
  if (command === 'list') return list(snapshots)
  if (command === 'verify') return verify(store, snapshots)
  const snapshot = choose(snapshots, wanted)
  const tree = Buffer.from(snapshot.body.tree, 'hex')
  const entry = path === undefined ? undefined : resolvePath(store, tree, path)
  if (command === 'dump') return dump(store, entry)
  const id = entry ? entry.content : tree
  if (entry && ((entry.mode & TYPE.MASK) !== TYPE.DIRECTORY || entry.kind !== 1)) throw new RescueError(`${path} is no directory`)
  if (command === 'ls') {
    for (const each of entriesOf(store, id)) console.log(`${each.mode.toString(8).padStart(6, '0')} ${String(each.bytes).padStart(12)}  ${Buffer.from(each.name, 'latin1').toString()}`)
    return 0
  }
  if (!values.target) throw new RescueError('say where to restore with --target', 2)
  const counts = restoreTree(store, id, values.target)
  for (const line of counts.failed) console.error(line)
  console.log(`${counts.files} files, ${counts.bytes} bytes restored from ${snapshot.name.slice(0, 12)}`)
  return counts.failed.length > 0 ? 1 : 0
}

function list(snapshots: readonly Snapshot[]): number {
  for (const { name, isComplete, body } of snapshots) console.log(`${name}  ${body.finishedAt}  ${isComplete ? 'complete  ' : 'checkpoint'}  ${body.source}`)
  return 0
}

function verify(store: Store, snapshots: readonly Snapshot[]): number {
  const { objects, paths } = verifyAll(store, snapshots)
  for (const line of objects) console.log(`damaged: ${line}`)
  for (const [name, lost] of paths) for (const path of lost) console.log(`lost in ${name.slice(0, 12)}: ${path}`)
  console.log(`${snapshots.length} snapshots, ${store.packs().length} packs read: ${objects.length + paths.size === 0 ? 'no damage' : 'DAMAGE'}`)
  return objects.length + paths.size === 0 ? 0 : 1
}

function dump(store: Store, entry: ReturnType<typeof resolvePath>): number {
  if (!entry || (entry.mode & TYPE.MASK) !== TYPE.FILE) throw new RescueError('dump takes the path of a file', 2)
  for (const { id, bytes } of chunksOf(store, entry)) fs.writeSync(1, isHole(id) ? Buffer.alloc(bytes) : store.blob(id))
  return 0
}

try {
  process.exitCode = run()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = error instanceof RescueError ? error.exitCode : 1
}
