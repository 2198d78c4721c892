/** Where blobs lie: index segments, and packs that no index names. docs/format/v1.md sections 7 and 9. */
import { createHash } from 'node:crypto'
import { Cursor, LaterVersion, RescueError } from './bytes.ts'
import { FRAME_HEADER_BYTES, HEADER_BYTES } from './sealed.ts'

export interface Place {
  readonly pack: string
  readonly offset: number
  readonly sealedBytes: number
  readonly frame: number
  readonly at: number
  readonly bytes: number
}

/** Id keys by version. A blob is looked up under each version that a segment was written with. */
export type IdKeys = ReadonlyMap<number, Buffer>

export class Places {
  readonly #idKeys: IdKeys
  /** Lookup id (hexadecimal) → places. */
  readonly #byLookupId = new Map<string, Place[]>()
  readonly #inUse = new Map<number, Buffer>()
  readonly packs = new Set<string>()

  constructor(idKeys: IdKeys) {
    this.#idKeys = idKeys
  }

  of(id: Buffer): Place[] {
    return [...this.#inUse.values()].flatMap((key) => this.#byLookupId.get(lookupId(key, id)) ?? [])
  }

  /** A blob of a pack that was read whole. */
  addBlob(id: Buffer, place: Place): void {
    const version = Math.max(...this.#idKeys.keys())
    this.#add(lookupId(this.#use(version), id), place)
  }

  /** The payload of an index segment. Packs that are known already are passed over. */
  addSegment(payload: Buffer): void {
    const cursor = new Cursor(payload)
    const version = cursor.u8()
    if (version !== 1) throw new LaterVersion(`an index segment, version ${version},`)
    this.#use(cursor.u32())
    cursor.take(cursor.count(32) * 32)
    const packs = Array.from({ length: cursor.count(34) }, () => {
      const name = cursor.take(32).toString('hex')
      cursor.varint()
      return {
        name,
        segments: Array.from({ length: cursor.count(2) }, () => ({
          sealedBytes: cursor.varint(),
          blobs: cursor.varint(),
        })),
      }
    })
    const ids = packs.map(({ segments }) => segments.map(({ blobs }) => cursor.take(blobs * 16)))
    for (const [p, { name, segments }] of packs.entries()) {
      let offset = HEADER_BYTES
      for (const [frame, { sealedBytes, blobs }] of segments.entries()) {
        this.#addFrame(cursor, { pack: name, offset, sealedBytes, frame }, { ids: ids[p]![frame]!, blobs })
        offset += FRAME_HEADER_BYTES + sealedBytes
      }
      this.packs.add(name)
    }
    if (cursor.left !== 0) throw new RescueError('an index segment has bytes after its end')
  }

  #addFrame(cursor: Cursor, frame: Omit<Place, 'at' | 'bytes'>, { ids, blobs }: { ids: Buffer; blobs: number }): void {
    let at = 0
    for (let i = 0; i < blobs; i += 1) {
      const bytes = cursor.varint()
      if (!this.packs.has(frame.pack)) this.#add(ids.toString('hex', i * 16, i * 16 + 16), { ...frame, at, bytes })
      at += bytes
    }
  }

  #add(lookup: string, place: Place): void {
    const places = this.#byLookupId.get(lookup)
    if (places) places.push(place)
    else this.#byLookupId.set(lookup, [place])
  }

  #use(version: number): Buffer {
    const key = this.#idKeys.get(version)
    if (!key) throw new LaterVersion(`id key ${version}`)
    this.#inUse.set(version, key)
    return key
  }
}

function lookupId(key: Buffer, id: Buffer): string {
  return createHash('sha256').update(key).update(Buffer.alloc(32)).update(id).digest('hex').slice(0, 32)
}

/** Names of the segments that this one replaces. */
export function supersededBy(payload: Buffer): string[] {
  const cursor = new Cursor(payload)
  // One of a later version says elsewhere that it is; what it replaces is as good as before.
  if (cursor.u8() !== 1) return []
  cursor.u32()
  return Array.from({ length: cursor.count(32) }, () => cursor.take(32).toString('hex'))
}
