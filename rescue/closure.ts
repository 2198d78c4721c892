/** Whether all that a snapshot refers to is there: docs/format/v1.md section 12.4. */
import { type Blobs, chunksOf, entriesOf, isHole, TYPE } from './directories.ts'
import type { Snapshot } from './runs.ts'

interface KnownBlobs extends Blobs {
  /** True when an index names the blob in a pack that is there. */
  has(id: Buffer): boolean
}

export function isWhole(store: KnownBlobs, { body }: Snapshot): boolean {
  try {
    return isTreeWhole(store, Buffer.from(body.tree, 'hex'))
  } catch {
    return false
  }
}

function isTreeWhole(store: KnownBlobs, id: Buffer): boolean {
  for (const entry of entriesOf(store, id)) {
    const type = entry.mode & TYPE.MASK
    if (type === TYPE.DIRECTORY && entry.kind === 1 && !isTreeWhole(store, entry.content)) return false
    if (type === TYPE.FILE)
      for (const { id: chunk } of chunksOf(store, entry)) if (!isHole(chunk) && !store.has(chunk)) return false
  }
  return true
}
