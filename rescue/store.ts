/** The repository as a folder: objects by key, snapshots, and blobs by id. docs/format/v1.md sections 2, 7, 9, 11. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { Cursor, RescueError } from './bytes.ts'
import { isWhole } from './closure.ts'
import { readConfig } from './config.ts'
import { type Given, type Keys, openKeyring, splitSigned } from './keys.ts'
import { inOrder } from './order.ts'
import { type Place, Places, supersededBy } from './places.ts'
import { countingOf, isConfirmed, mayLack, type Snapshot } from './runs.ts'
import { FRAME_HEADER_BYTES, type Frame, HEADER_BYTES, openPayload, PACK_END, SEGMENT, Sealed } from './sealed.ts'
import { words } from './words.ts'

const SEGMENT_BYTES_MAX = 16 * 1024 * 1024
const SEGMENTS_KEPT = 8
/** The signer of what operators decide. */
const MAINTENANCE = 'f'.repeat(32)

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

const KEYRING = /^([0-9a-f]{8})-[ab]-([0-9a-f]{64})$/

/** Of one generation the lowest name first, whichever copy. */
function newestFirst(names: readonly string[]): string[] {
  const parts = (name: string) => KEYRING.exec(name)?.slice(1) as [string, string]
  return names
    .filter((each) => KEYRING.test(each))
    .sort((a, b) =>
      parts(a)[0] === parts(b)[0] ? (parts(a)[1] < parts(b)[1] ? -1 : 1) : parts(a)[0] < parts(b)[0] ? 1 : -1,
    )
}

/** Keyrings that share their generation with another. */
function rivalsIn(names: readonly string[]): string[] {
  const generations = Map.groupBy(newestFirst(names), (name) => name.slice(0, 8))
  return [...generations.values()].filter((each) => new Set(each.map((name) => name.slice(-64))).size > 1).flat()
}

export class Store {
  readonly root: string
  readonly keys: Keys
  readonly #places: Places
  readonly #segments = new Map<string, Buffer>()
  /** What can't be believed. */
  readonly notices: string[] = []
  /** What is worth saying and is no damage. */
  readonly remarks: string[] = []

  constructor(root: string, given: Given) {
    this.root = root
    const config = this.#config()
    this.keys = this.#openKeys(given, config.repositoryId)
    if (config.parts.signer.toString('hex') !== MAINTENANCE)
      throw new RescueError('the configuration is signed by somebody else')
    this.keys.check(config.parts, 'config')
    this.#places = new Places(this.keys.idKeys)
    this.#loadIndex()
  }

  names(folder: string): string[] {
    try {
      return fs
        .readdirSync(path.join(this.root, folder))
        .filter((name) => !name.startsWith('.'))
        .sort()
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

  /**
   * What may be restored, oldest first: one snapshot of each scheduled run, and partial ones: checkpoints, and what was
   * never confirmed and is not all there.
   */
  snapshots(): Snapshot[] {
    const forgotten = this.#forgotten()
    const confirms = [...this.#documents('confirms', 10).values()]
    const deletes = [...this.#documents('deletes', 9).values()]
      .filter(({ signer }) => signer === MAINTENANCE)
      .map(({ body }) => body)
    const witnesses = [...this.#documents('snapshots', 5)].map(([name, { body }]) => ({
      name,
      state: 'complete' as const,
      body: body as unknown as Snapshot['body'],
    }))
    const stored = witnesses.filter(({ name }) => !forgotten.has(name))
    const checkpoints = [...this.#documents('checkpoints', 6)].map(([name, { body }]) => ({
      name,
      state: 'checkpoint' as const,
      body: body as unknown as Snapshot['body'],
    }))
    // Those that their own writers took back: section 12.
    const withdrawn = new Set(
      confirms
        .filter(({ body, signer }) => body['kind'] === 'retract' && body['writer'] === signer)
        .map(({ body }) => String(body['snapshot'])),
    )
    const sound = Map.groupBy(
      stored,
      (each) =>
        isConfirmed(each, { confirms, deletes }) ||
        (!withdrawn.has(each.name) && mayLack(each, deletes)) ||
        isWhole(this, each),
    )
    const counting = countingOf(sound.get(true) ?? [], { claimOf: (runId) => this.#claim(runId), forgotten, withdrawn })
    const unfinished = (sound.get(false) ?? [])
      .filter(({ name }) => !withdrawn.has(name))
      .map((each) => ({ ...each, state: 'unfinished' as const }))
    const shown = new Map([...counting, ...checkpoints, ...unfinished].map((each) => [each.name, each]))
    const retracted = confirms
      .filter(({ body }) => withdrawn.has(String(body['snapshot'])))
      .map(({ body }) => [String(body['snapshot']), Number(body['sequence'])] as const)
    const gone = new Map([...retracted.filter(([, sequence]) => sequence > 0), ...forgotten])
    return inOrder([...witnesses, ...checkpoints], gone).flatMap(({ name }) => shown.get(name) ?? [])
  }

  /** Files of an application, which no snapshot holds: section 15. */
  userFiles(): number {
    return this.names('user').reduce((sum, shard) => sum + this.names(`user/${shard}`).length, 0)
  }

  packs(): string[] {
    return this.names('packs').flatMap((shard) => this.names(`packs/${shard}`))
  }

  /** A blob by its id; every copy is tried. */
  blob(id: Buffer): Buffer {
    const places = this.#places.of(id)
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

  /** True when an index names the blob in a pack that is there. */
  has(id: Buffer): boolean {
    return this.#places.of(id).some(({ pack }) => fs.existsSync(path.join(this.root, 'packs', pack.slice(0, 2), pack)))
  }

  /**
   * Reads a pack frame by frame: section 7. Calls back with each segment's blobs; throws at the first thing that is
   * wrong.
   */
  readPack(
    name: string,
    onSegment: (segment: { frame: number; offset: number; sealedBytes: number; blobs: Buffer[] }) => void,
  ): void {
    const bytes = fs.readFileSync(path.join(this.root, 'packs', name.slice(0, 2), name))
    const sealed = packOf(bytes, this.keys)
    let blobCount = 0
    for (let at = HEADER_BYTES, number = 0; ; number += 1) {
      const frame = sealed.frame(bytes, at, number)
      if (frame.kind === PACK_END) {
        const end = new Cursor(frame.plain)
        if (
          !frame.isFinal ||
          at + frame.bytes !== bytes.length ||
          end.varint() !== number ||
          end.varint() !== blobCount
        )
          throw new RescueError('a pack does not end where it should')
        break
      }
      const blobs = segmentBlobs(frame)
      blobCount += blobs.length
      onSegment({ frame: number, offset: at, sealedBytes: frame.bytes - FRAME_HEADER_BYTES, blobs })
      at += frame.bytes
    }
    if (sha256(bytes).toString('hex') !== name) throw new RescueError('a pack does not hash to its name')
  }

  #config(): ReturnType<typeof readConfig> {
    const names = this.names('config').filter((each) => /^[abc]-[0-9a-f]{64}$/.test(each))
    if (names.length === 0)
      throw new RescueError(words(`there is no repository at ${this.root}`, `não há repositório em ${this.root}`), 10)
    return readConfig(names.flatMap((name) => this.#readable(`config/${name}`)))
  }

  /** None where the object is damaged. */
  #readable(key: string): Buffer[] {
    try {
      return [this.read(key)]
    } catch {
      return []
    }
  }

  /**
   * The highest generation counts. One below it is taken only where no copy of those above can be read: then something
   * may be missing.
   */
  #openKeys(given: Given, repositoryId: string): Keys {
    let last: unknown = new RescueError('there are no key objects')
    for (const name of newestFirst(this.names('keys'))) {
      try {
        const keys = openKeyring(this.read(`keys/${name}`), given, repositoryId)
        for (const rival of rivalsIn(this.names('keys'))) this.#addRival(keys, rival, given)
        return keys
      } catch (error) {
        last = error
        if (error instanceof RescueError && error.exitCode !== 1) throw error
        this.notices.push(`keys/${name}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    throw last
  }

  #addRival(keys: Keys, name: string, given: Given): void {
    try {
      keys.add(openKeyring(this.read(`keys/${name}`), given, keys.repositoryId.toString('hex')))
    } catch {
      // One that this key does not open holds nothing for it.
    }
  }

  /** Signed documents of a folder by name; what can't be believed becomes a notice. */
  #documents(folder: string, type: number): Map<string, { body: Record<string, unknown>; signer: string }> {
    const found = new Map<string, { body: Record<string, unknown>; signer: string }>()
    for (const name of this.names(folder))
      this.#noting(`${folder}/${name}`, () => found.set(name, this.#document(this.read(`${folder}/${name}`), type)))
    return found
  }

  #document(bytes: Buffer, type: number): { body: Record<string, unknown>; signer: string } {
    const parts = splitSigned(openPayload(bytes, this.keys, type))
    return { body: this.keys.check(parts, String(type)), signer: parts.signer.toString('hex') }
  }

  /** Sequences by name. */
  #forgotten(): Map<string, number> {
    const names = new Map<string, number>()
    for (const { body, signer } of this.#documents('records', 7).values()) {
      const { record, value } = body as {
        record?: string
        value?: { snapshots?: Array<{ name: string; sequence: number }> }
      }
      if (record === 'forget' && signer === MAINTENANCE)
        for (const each of value?.snapshots ?? []) names.set(each.name, each.sequence)
    }
    return names
  }

  /** Which snapshot a run is claimed for: section 11. */
  #claim(runId: string): string | undefined {
    const file = path.join(this.root, 'commits', runId)
    if (!/^[a-z0-9][a-z0-9._-]*$/.test(runId) || !fs.existsSync(file)) return undefined
    try {
      const { body, signer } = this.#document(fs.readFileSync(file), 13)
      if (body['runId'] === runId && body['writer'] === signer) return String(body['snapshot'])
      this.notices.push(`commits/${runId}: the claim is of another run or writer than it says`)
    } catch (error) {
      this.notices.push(`commits/${runId}: ${error instanceof Error ? error.message : String(error)}`)
    }
    return undefined
  }

  #loadIndex(): void {
    const segments = new Map<string, Buffer>()
    for (const [folder, type] of [
      ['index/data', 3],
      ['index/meta', 4],
    ] as const) {
      for (const name of this.names(folder))
        this.#noting(`${folder}/${name}`, () =>
          segments.set(name, openPayload(this.read(`${folder}/${name}`), this.keys, type)),
        )
    }
    const superseded = new Set([...segments.values()].flatMap((payload) => supersededBy(payload)))
    for (const [name, payload] of segments)
      if (!superseded.has(name)) this.#noting(`index/*/${name}`, () => this.#places.addSegment(payload))
    const lost = this.packs().filter((name) => !this.#places.packs.has(name))
    if (lost.length > 0) this.#readLostPacks(lost)
  }

  /** What can't be believed becomes a notice. */
  #noting(what: string, act: () => void): void {
    try {
      act()
    } catch (error) {
      this.notices.push(`${what}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /**
   * Packs that no index names, because it is lost or a run died: read, so that nothing that is there stays out of
   * reach.
   */
  #readLostPacks(names: readonly string[]): void {
    this.remarks.push(
      words(
        `packs that are in no index, read whole: ${names.length} (an index is lost, or a run died)`,
        `pacotes que não estão em nenhum índice, lidos por inteiro: ${names.length} (um índice se perdeu, ou uma execução morreu)`,
      ),
    )
    for (const pack of names) {
      this.#noting(`packs/${pack}`, () =>
        this.readPack(pack, ({ frame, offset, sealedBytes, blobs }) => {
          let at = 0
          for (const blob of blobs) {
            this.#places.addBlob(sha256(blob), { pack, offset, sealedBytes, frame, at, bytes: blob.length })
            at += blob.length
          }
        }),
      )
    }
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
      const joined = Buffer.concat(segmentBlobs(packOf(header, this.keys).frame(bytes, 0, place.frame)))
      const oldest = this.#segments.keys().next().value
      if (this.#segments.size >= SEGMENTS_KEPT && oldest !== undefined) this.#segments.delete(oldest)
      this.#segments.set(key, joined)
      return joined
    } finally {
      fs.closeSync(descriptor)
    }
  }
}

function packOf(bytes: Buffer, keys: Keys): Sealed {
  const sealed = new Sealed(bytes, keys)
  if (sealed.type !== 1 && sealed.type !== 2) throw new RescueError('a pack is of another type')
  return sealed
}

/** Section 7: the blobs of a segment frame. */
function segmentBlobs({ kind, isFinal, plain }: Frame): Buffer[] {
  if (kind !== SEGMENT || isFinal) throw new RescueError('a pack holds a frame of another kind')
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
