/** The repository as a folder: objects by key, snapshots, and blobs by id. docs/format/v1.md sections 2, 7, 9, 11. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { Cursor, RescueError } from './bytes.ts'
import { type Given, type Keys, openKeyring, splitSigned } from './keys.ts'
import { FRAME_HEADER_BYTES, HEADER_BYTES, openPayload, Sealed } from './sealed.ts'

const SEGMENT_BYTES_MAX = 16 * 1024 * 1024
const SEGMENTS_KEPT = 8

export interface Snapshot {
  readonly name: string
  readonly isComplete: boolean
  readonly body: { readonly tree: string; readonly finishedAt: string; readonly source: string; readonly paths: ReadonlyArray<string | { hex: string }>; readonly summary: { bytesProcessed: number } }
}

interface Place {
  readonly pack: string
  readonly offset: number
  readonly sealedBytes: number
  readonly frame: number
  readonly at: number
  readonly bytes: number
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

export class Store {
  readonly root: string
  readonly keys: Keys
  /** Lookup id (hexadecimal) → places. */
  readonly #places = new Map<string, Place[]>()
  readonly #segments = new Map<string, Buffer>()
  readonly notices: string[] = []

  constructor(root: string, given: Given) {
    this.root = root
    const repositoryId = this.#repositoryId()
    this.keys = this.#openKeys(given, repositoryId)
    this.#loadIndex()
  }

  names(folder: string): string[] {
    try {
      return fs.readdirSync(path.join(this.root, folder)).filter((name) => !name.startsWith('.')).sort()
    } catch {
      return []
    }
  }

  /** An object whose bytes hash to the end of its name. */
  read(key: string): Buffer {
    const bytes = fs.readFileSync(path.join(this.root, key))
    if (sha256(bytes).toString('hex') !== key.slice(-64)) throw new RescueError(`${key} is damaged`)
    return bytes
  }

  snapshots(): Snapshot[] {
    const found: Snapshot[] = []
    const forgotten = this.#forgotten()
    for (const [folder, type] of [['snapshots', 5], ['checkpoints', 6]] as const) {
      for (const name of this.names(folder)) {
        try {
          const body = this.keys.check(splitSigned(openPayload(this.read(`${folder}/${name}`), this.keys, type)), String(type)) as unknown as Snapshot['body']
          if (!forgotten.has(name)) found.push({ name, isComplete: type === 5, body })
        } catch (error) {
          this.notices.push(`${folder}/${name}: ${error instanceof Error ? error.message : String(error)}`)
        }
      }
    }
    return found.sort((a, b) => (a.body.finishedAt < b.body.finishedAt ? -1 : 1))
  }

  packs(): string[] {
    return this.names('packs').flatMap((shard) => this.names(`packs/${shard}`))
  }

  /** A blob by its id; every copy is tried. */
  blob(id: Buffer): Buffer {
    const places = this.#places.get(this.#lookupId(id)) ?? []
    for (const place of places) {
      try {
        const blob = this.#segment(place).subarray(place.at, place.at + place.bytes)
        if (sha256(blob).equals(id)) return blob
      } catch (error) {
        this.notices.push(error instanceof Error ? error.message : String(error))
      }
    }
    throw new RescueError(`the blob ${id.toString('hex')} is ${places.length === 0 ? 'missing' : 'damaged'}`)
  }

  has(id: Buffer): boolean {
    return this.#places.has(this.#lookupId(id))
  }

  /** Reads a pack frame by frame: section 7. Calls back with each segment's blobs; throws at the first thing that is wrong. */
  readPack(name: string, onSegment: (segment: { frame: number; offset: number; sealedBytes: number; blobs: Buffer[] }) => void): void {
    const bytes = fs.readFileSync(path.join(this.root, 'packs', name.slice(0, 2), name))
    const sealed = new Sealed(bytes, this.keys)
    for (let at = HEADER_BYTES, number = 0; ; number += 1) {
      const frame = sealed.frame(bytes, at, number)
      if (frame.kind === 2) {
        if (!frame.isFinal || at + frame.bytes !== bytes.length) throw new RescueError('a pack does not end where it should')
        break
      }
      onSegment({ frame: number, offset: at, sealedBytes: frame.bytes - FRAME_HEADER_BYTES, blobs: blobsOf(frame.plain) })
      at += frame.bytes
    }
    if (sha256(bytes).toString('hex') !== name) throw new RescueError('a pack does not hash to its name')
  }

  #repositoryId(): string {
    let isDamaged = false
    for (const name of this.names('config').filter((each) => /^[abc]-[0-9a-f]{64}$/.test(each))) {
      try {
        const body = JSON.parse(splitSigned(this.read(`config/${name}`)).body.toString('utf8')) as { format: string; version: string; repositoryId: string; features: { read: string[] } }
        if (body.format !== 'neonpro-backup-repository') continue
        if (body.version !== 'v1-rc') throw new RescueError(`the repository has format ${body.version}`)
        if (body.features.read.length > 0) throw new RescueError(`the repository needs ${body.features.read.join(', ')}`)
        return body.repositoryId
      } catch {
        isDamaged = true
      }
    }
    throw isDamaged ? new RescueError('no copy of the configuration can be read') : new RescueError(`there is no repository at ${this.root}`, 10)
  }

  #openKeys(given: Given, repositoryId: string): Keys {
    const names = this.names('keys').filter((name) => /^[0-9a-f]{8}-[ab]-[0-9a-f]{64}$/.test(name)).reverse()
    const newest = names[0]?.slice(0, 8)
    let last: unknown = new RescueError('there are no key objects')
    for (const name of names.filter((each) => each.startsWith(`${newest}-`))) {
      try {
        return openKeyring(this.read(`keys/${name}`), given, repositoryId)
      } catch (error) {
        last = error
      }
    }
    throw last
  }

  #forgotten(): Set<string> {
    const names = new Set<string>()
    for (const name of this.names('records')) {
      try {
        const body = this.keys.check(splitSigned(openPayload(this.read(`records/${name}`), this.keys, 7)), '7') as { record?: string; value?: { snapshots?: Array<{ name: string }> } }
        if (body.record === 'forget') for (const each of body.value?.snapshots ?? []) names.add(each.name)
      } catch (error) {
        this.notices.push(`records/${name}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    return names
  }

  #loadIndex(): void {
    const segments = new Map<string, Buffer>()
    for (const [folder, type] of [['index/data', 3], ['index/meta', 4]] as const) {
      for (const name of this.names(folder)) {
        try {
          segments.set(name, openPayload(this.read(`${folder}/${name}`), this.keys, type))
        } catch (error) {
          this.notices.push(`${folder}/${name}: ${error instanceof Error ? error.message : String(error)}`)
        }
      }
    }
    const superseded = new Set([...segments.values()].flatMap((payload) => supersededBy(payload)))
    const known = new Set<string>()
    for (const [name, payload] of segments) if (!superseded.has(name)) this.#addSegment(payload, known)
    const lost = this.packs().filter((name) => !known.has(name))
    if (lost.length > 0) this.#readLostPacks(lost)
  }

  /** Packs that no index names, because it is lost or a run died: read, so that nothing that is there stays out of reach. */
  #readLostPacks(names: readonly string[]): void {
    this.notices.push(`${names.length} packs are in no index: reading them`)
    for (const pack of names) {
      try {
        this.readPack(pack, ({ frame, offset, sealedBytes, blobs }) => {
          let at = 0
          for (const blob of blobs) {
            this.#addPlace(this.#lookupId(sha256(blob)), { pack, offset, sealedBytes, frame, at, bytes: blob.length })
            at += blob.length
          }
        })
      } catch (error) {
        this.notices.push(`packs/${pack}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }

  #addSegment(payload: Buffer, known: Set<string>): void {
    const cursor = new Cursor(payload)
    cursor.take(5)
    cursor.take(cursor.count(32) * 32)
    const packs = Array.from({ length: cursor.count(34) }, () => {
      const name = cursor.take(32).toString('hex')
      cursor.varint()
      return { name, segments: Array.from({ length: cursor.count(2) }, () => ({ sealedBytes: cursor.varint(), blobs: cursor.varint() })) }
    })
    const ids = packs.map(({ segments }) => segments.map(({ blobs }) => cursor.take(blobs * 16)))
    for (const [p, { name, segments }] of packs.entries()) {
      let offset = HEADER_BYTES
      for (const [frame, { sealedBytes, blobs }] of segments.entries()) {
        let at = 0
        for (let i = 0; i < blobs; i += 1) {
          const bytes = cursor.varint()
          const id = ids[p]![frame]!.toString('hex', i * 16, i * 16 + 16)
          if (!known.has(name)) this.#addPlace(id, { pack: name, offset, sealedBytes, frame, at, bytes })
          at += bytes
        }
        offset += FRAME_HEADER_BYTES + sealedBytes
      }
      known.add(name)
    }
    if (cursor.left !== 0) throw new RescueError('an index segment has bytes after its end')
  }

  #addPlace(id: string, place: Place): void {
    const places = this.#places.get(id)
    if (places) places.push(place)
    else this.#places.set(id, [place])
  }

  #lookupId(id: Buffer): string {
    return createHash('sha256').update(this.keys.idKey).update(Buffer.alloc(32)).update(id).digest('hex').slice(0, 32)
  }

  #segment(place: Place): Buffer {
    const key = `${place.pack}/${place.frame}`
    const kept = this.#segments.get(key)
    if (kept) return kept
    const descriptor = fs.openSync(path.join(this.root, 'packs', place.pack.slice(0, 2), place.pack), 'r')
    try {
      const header = Buffer.alloc(HEADER_BYTES)
      fs.readSync(descriptor, header, 0, header.length, 0)
      const bytes = Buffer.alloc(FRAME_HEADER_BYTES + place.sealedBytes)
      fs.readSync(descriptor, bytes, 0, bytes.length, place.offset)
      const joined = Buffer.concat(blobsOf(new Sealed(header, this.keys).frame(bytes, 0, place.frame).plain))
      const oldest = this.#segments.keys().next().value
      if (this.#segments.size >= SEGMENTS_KEPT && oldest !== undefined) this.#segments.delete(oldest)
      this.#segments.set(key, joined)
      return joined
    } finally {
      fs.closeSync(descriptor)
    }
  }
}

function supersededBy(payload: Buffer): string[] {
  const cursor = new Cursor(payload)
  if (cursor.u8() !== 1) throw new RescueError('an index segment has an unknown version')
  cursor.u32()
  return Array.from({ length: cursor.count(32) }, () => cursor.take(32).toString('hex'))
}

/** Section 7: the blobs of a segment frame's plaintext. */
function blobsOf(plain: Buffer): Buffer[] {
  const cursor = new Cursor(plain)
  const codec = cursor.u8()
  const lengths = Array.from({ length: cursor.count(1) }, () => cursor.varint())
  const total = lengths.reduce((sum, bytes) => sum + bytes, 0)
  if (total > SEGMENT_BYTES_MAX || codec > 1) throw new RescueError('a segment is not of this format')
  const payload = cursor.take(cursor.left)
  const joined = codec === 0 ? payload : zlib.zstdDecompressSync(payload, { maxOutputLength: Math.max(1, total) })
  if (joined.length !== total) throw new RescueError('a segment has another length than it says')
  let at = 0
  return lengths.map((bytes) => {
    at += bytes
    return joined.subarray(at - bytes, at)
  })
}
