/** Reads everything: every pack whole, and for every snapshot that each file's chunks are there and right. */

import { LaterVersion } from './bytes.ts'
import { chunksOf, type Entry, entriesOf, isHole, isUnreached, TYPE } from './directories.ts'
import type { Snapshot } from './runs.ts'
import type { Store } from './store.ts'

export interface Findings {
  readonly objects: string[]
  /** What is whole and only a later version can read: no damage, and not looked into. */
  readonly later: string[]
  /** Snapshot name → paths that can't be restored. */
  readonly paths: Map<string, string[]>
}

export function verifyAll(store: Store, snapshots: readonly Snapshot[]): Findings {
  const findings: Findings = { objects: [...store.notices], later: [], paths: new Map() }
  for (const pack of store.packs()) {
    try {
      store.readPack(pack, () => {})
    } catch (error) {
      const list = error instanceof LaterVersion ? findings.later : findings.objects
      list.push(`packs/${pack.slice(0, 2)}/${pack}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  for (const { name, state, body } of snapshots) {
    if (state === 'unfinished') continue
    const lost: string[] = []
    walk(store, Buffer.from(body.tree, 'hex'), {
      path: '',
      lost,
      later: findings.later,
      isPartial: state === 'checkpoint',
    })
    if (lost.length > 0) findings.paths.set(name, lost)
  }
  return findings
}

interface Walk {
  readonly path: string
  readonly lost: string[]
  readonly later: string[]
  /** Of a checkpoint: what was not reached is no damage. */
  readonly isPartial: boolean
}

function walk(store: Store, id: Buffer, at: Walk): void {
  try {
    for (const entry of entriesOf(store, id)) {
      const path = `${at.path}/${Buffer.from(entry.name, 'latin1').toString()}`
      if ((entry.mode & TYPE.MASK) === TYPE.DIRECTORY && entry.kind === 1) walk(store, entry.content, { ...at, path })
      else if (
        (entry.mode & TYPE.MASK) === TYPE.FILE &&
        !(at.isPartial && isUnreached(entry)) &&
        !isFileWhole(store, entry)
      )
        at.lost.push(path)
    }
  } catch (error) {
    if (error instanceof LaterVersion) at.later.push(`${at.path}/: ${error.message}`)
    else at.lost.push(`${at.path}/`)
  }
}

function isFileWhole(store: Store, entry: Entry): boolean {
  try {
    let bytes = 0
    for (const chunk of chunksOf(store, entry)) {
      if (!isHole(chunk.id) && store.blob(chunk.id).length !== chunk.bytes) return false
      bytes += chunk.bytes
    }
    return bytes === entry.bytes
  } catch (error) {
    // Of its pack it is told once that a later version wrote it.
    return error instanceof LaterVersion
  }
}
