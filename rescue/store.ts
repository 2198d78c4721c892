/** The repository as a folder: objects by key, snapshots, and blobs by id. docs/format/v1.md sections 2, 7, 9, 11. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { Cursor, LaterVersion, RescueError } from './bytes.ts'
import { isWhole } from './closure.ts'
import {
  type Config,
  type ConfigObject,
  readConfigs,
  requireFeatures,
  requireNoneUnknown,
  requireSigned,
} from './config.ts'
import { forgottenOf, type RecordBody } from './decisions.ts'
import { requireInPlace } from './documents.ts'
import { isFile, ObjectFile, readableOf, readFile } from './files.ts'
import { chooseKeyring, configsFrom } from './keyring.ts'
import { type Given, type Keys, splitSigned } from './keys.ts'
import { inOrder } from './order.ts'
import { packOf, segmentBlobs } from './packs.ts'
import { type Place, Places, supersededBy } from './places.ts'
import { countingOf, isConfirmed, mayLack, type Snapshot } from './runs.ts'
import { beginsAsObject, FRAME_HEADER_BYTES, HEADER_BYTES, openPayload, PACK_END, sealedBytesOf } from './sealed.ts'
import { words } from './words.ts'

const SEGMENTS_KEPT = 8

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

const CONFIG = /^[abc]-([0-9a-f]{64})$/
const KEYRING = /^[0-9a-f]{8}-[ab]-([0-9a-f]{64})$/
/** Section 2: names of a folder, and how long an object there may be. */
const FORMS: Readonly<Record<string, RegExp>> = {
  config: CONFIG,
  keys: KEYRING,
  deletes: /^[0-9a-f]{16}-[0-9a-f]{64}$/,
  commits: /^[a-z0-9][a-z0-9._-]{0,127}$/,
}
const NAMED = /^[0-9a-f]{64}$/
const MIB = 1024 * 1024
const BYTES_MAX: Readonly<Record<string, number>> = {
  config: MIB / 16,
  keys: MIB,
  'index/data': 256 * MIB,
  'index/meta': 256 * MIB,
  deletes: 256 * MIB,
  streams: 17 * MIB,
}
const SMALL_BYTES_MAX = 64 * MIB
const PACK_BYTES_MAX = 256 * MIB

export class Store {
  readonly root: string
  readonly keys: Keys
  readonly #places: Places
  readonly #segments = new Map<string, Buffer>()
  /** Names of what is damaged in `keys/`, and of what is beyond all that is read of it. */
  readonly #unreadKeyrings: string[] = []
  /** A keyring newer than the one in use is there and can't be read: nobody knows what it has sealed. */
  #isKeyringLost = false
  readonly #strangePacks = new Set<string>()
  /** What can't be believed. */
  readonly notices: string[] = []
  /** What is worth saying and is no damage. */
  readonly remarks: string[] = []

  constructor(root: string, given: Given) {
    this.root = root
    this.keys = this.#open(given)
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

  /** Names that objects of the folder can have; others are somebody else's, and are counted. */
  #objects(folder: string): string[] {
    const form = FORMS[folder] ?? NAMED
    const names = this.names(folder)
    const own = names.filter((name) => form.test(name))
    if (own.length < names.length)
      this.remarks.push(
        words(
          `${folder}/: ${names.length - own.length} names that are no object's, left alone`,
          `${folder}/: ${names.length - own.length} nomes que não são de objeto algum, deixados como estão`,
        ),
      )
    return own
  }

  /** An object whose bytes hash to the end of its name. */
  read(key: string): Buffer {
    const folder = key.startsWith('streams/') ? 'streams' : path.dirname(key)
    const bytes = readFile(path.join(this.root, key), BYTES_MAX[folder] ?? SMALL_BYTES_MAX)
    if (sha256(bytes).toString('hex') !== key.slice(-64)) throw new RescueError(`${key} is damaged`)
    return bytes
  }

  /** Undefined for a stranger's, which is no damage: section 2. */
  #own(key: string): Buffer | undefined {
    const bytes = this.read(key)
    if (beginsAsObject(bytes) || this.#isKeyringLost) return bytes
    this.#tellStranger(key)
    return undefined
  }

  #tellStranger(key: string): void {
    this.remarks.push(
      words(
        `${key}: this repository has not made it; it counts for nothing`,
        `${key}: este repositório não o fez; não conta para nada`,
      ),
    )
  }

  /**
   * What may be restored, oldest first: one snapshot of each scheduled run, and partial ones: checkpoints, and what was
   * never confirmed and is not all there.
   */
  snapshots(): Snapshot[] {
    const confirms = [...this.#documents('confirms', 10).values()]
    const deletes = [...this.#documents('deletes', 9).values()].map(({ body }) => body)
    const witnesses = [...this.#documents('snapshots', 5)].map(([name, { body }]) => ({
      name,
      state: 'complete' as const,
      body: body as unknown as Snapshot['body'],
    }))
    const { sequences: forgotten, removed } = forgottenOf(this.#records(), witnesses)
    this.#tellPlayback(witnesses.filter(({ name }) => removed.has(name)).map(({ name }) => name))
    const stored = witnesses.filter(({ name }) => !forgotten.has(name))
    const partial = [...this.#documents('checkpoints', 6)].map(([name, { body }]) => ({
      name,
      state: 'checkpoint' as const,
      body: body as unknown as Snapshot['body'],
    }))
    // Those that their own writers took back: section 12.
    const writers = new Map(witnesses.map(({ name, body }) => [name, body.writer]))
    const isOfItsWriter = ({ snapshot, writer }: Record<string, unknown>) =>
      (writers.get(String(snapshot)) ?? writer) === writer
    const withdrawn = new Set(
      confirms
        .filter(({ body }) => body['kind'] === 'retract' && isOfItsWriter(body))
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
    // Section 11: what a newer document has made needless.
    const needless = new Set([...counting, ...partial].flatMap(({ body }) => body.checkpoints ?? []))
    const checkpoints = partial.filter(({ name }) => !needless.has(name))
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
    return this.names('packs').flatMap((shard) =>
      this.names(`packs/${shard}`).filter(
        (name) => NAMED.test(name) && name.startsWith(shard) && !this.#strangePacks.has(name),
      ),
    )
  }

  /** A blob by its id; every copy is tried. */
  blob(id: Buffer): Buffer {
    const places = this.#places.of(id)
    let later: LaterVersion | undefined
    for (const place of places) {
      try {
        const blob = this.#segment(place).subarray(place.at, place.at + place.bytes)
        if (sha256(blob).equals(id)) return blob
      } catch (error) {
        if (error instanceof LaterVersion) {
          later = error
          continue
        }
        const why = error instanceof Error ? error.message : String(error)
        this.notices.push(`packs/${place.pack.slice(0, 2)}/${place.pack}: ${why}`)
      }
    }
    if (later) throw later
    throw new RescueError(`the blob ${id.toString('hex')} is ${places.length === 0 ? 'missing' : 'damaged'}`)
  }

  /** True when an index names the blob in a pack that is there. */
  has(id: Buffer): boolean {
    return this.#places.of(id).some(({ pack }) => isFile(this.#packPath(pack)))
  }

  /**
   * Reads a pack frame by frame: section 7. Calls back with each segment's blobs; throws at the first thing that is
   * wrong.
   */
  readPack(
    name: string,
    onSegment: (segment: { frame: number; offset: number; sealedBytes: number; blobs: Buffer[] }) => void,
  ): void {
    using file = new ObjectFile(this.#packPath(name))
    const hash = createHash('sha256')
    const take = (from: number, length: number): Buffer => {
      const bytes = file.read(from, length)
      hash.update(bytes)
      return bytes
    }
    const sealed = packOf(take(0, HEADER_BYTES), this.keys)
    let blobCount = 0
    for (let at = HEADER_BYTES, number = 0; ; number += 1) {
      const head = take(at, FRAME_HEADER_BYTES)
      const bytes = Buffer.concat([head, take(at + FRAME_HEADER_BYTES, sealedBytesOf(head))])
      const frame = sealed.frame(bytes, 0, number)
      if (frame.kind === PACK_END) {
        const end = new Cursor(frame.plain)
        if (!frame.isFinal || at + frame.bytes !== file.bytes || end.varint() !== number || end.varint() !== blobCount)
          throw new RescueError('a pack does not end where it should')
        break
      }
      const blobs = segmentBlobs(frame)
      blobCount += blobs.length
      onSegment({ frame: number, offset: at, sealedBytes: frame.bytes - FRAME_HEADER_BYTES, blobs })
      at += frame.bytes
    }
    if (hash.digest('hex') !== name) throw new RescueError('a pack does not hash to its name')
  }

  #packPath(name: string): string {
    return path.join(this.root, 'packs', name.slice(0, 2), name)
  }

  /** Sections 3 and 4: the first configuration with which a keyring and both signatures agree. */
  #open(given: Given): Keys {
    const stored = readConfigs(this.#copies('config', CONFIG))
    const known = stored.filter(({ refusal }) => !refusal)
    if (known.length === 0 && stored[0]?.refusal) throw stored[0].refusal
    const keyrings = this.#copies('keys', KEYRING).map(({ name, bytes, keys }) => ({
      name,
      bytes,
      generations: keys.map((key) => Number.parseInt(key.slice(0, 8), 16)),
    }))
    const configs = known.length > 0 ? known : configsFrom(keyrings, this.remarks)
    let failure: unknown
    for (const { repositoryId, parts } of this.#ordered(configs)) {
      try {
        const { keys, generation, strange, features } = chooseKeyring(keyrings, given, repositoryId)
        if (parts) requireSigned(keys, parts)
        requireNoneUnknown(keys, stored)
        for (const each of features) requireFeatures(each)
        this.#tellKeyrings({ generation, whole: new Set(keyrings.map(({ name }) => name)) }, strange)
        return keys
      } catch (error) {
        failure ??= error
      }
    }
    throw failure
  }

  /** Section 3: where configurations of several repositories stand, the one whose snapshots are most. */
  #ordered(configs: readonly Config[]): readonly Config[] {
    if (new Set(configs.map(({ repositoryId }) => repositoryId)).size < 2) return configs
    const counts = new Map<string, number>()
    for (const name of this.#objects('snapshots'))
      this.#trying(() => {
        using file = new ObjectFile(path.join(this.root, 'snapshots', name))
        const id = file.read(32, 16).toString('hex')
        counts.set(id, (counts.get(id) ?? 0) + 1)
      })
    return configs.toSorted((a, b) => (counts.get(b.repositoryId) ?? 0) - (counts.get(a.repositoryId) ?? 0))
  }

  #trying(run: () => void): void {
    try {
      run()
    } catch {
      // What can't be read counts for nobody here; it is named where it is needed.
    }
  }

  #tellKeyrings(
    { generation, whole }: { readonly generation: number; readonly whole: ReadonlySet<string> },
    strange: readonly string[],
  ): void {
    if (strange.length > 0)
      this.remarks.push(
        words(
          `keys/: ${strange.length} objects that this repository has not signed, left alone`,
          `keys/: ${strange.length} objetos que este repositório não assinou, deixados como estão`,
        ),
      )
    const generationOf = (name: string) => Number.parseInt(name.slice(0, 8), 16)
    const newer = this.#unreadKeyrings.filter((name) => generationOf(name) > generation)
    // Section 4.1.4: one that was published at the same time may have a master that no other has.
    const beside = this.#unreadKeyrings.filter(
      (name) => generationOf(name) === generation && !whole.has(name.slice(-64)),
    )
    this.#isKeyringLost = newer.length + beside.length > 0
    if (newer.length === 0 && beside.length > 0)
      this.remarks.push(
        words(
          `keys/${beside[0]}: a keyring can not be read; it may be one of the same time as that in use, and what was sealed under it may be missing`,
          `keys/${beside[0]}: um chaveiro não pode ser lido; pode ser um da mesma época do que está em uso, e o que foi cifrado com ele pode faltar`,
        ),
      )
    if (newer.length > 0)
      this.remarks.push(
        words(
          `keys/${newer[0]}: a newer keyring can not be read; opened with generation ${generation}, what was sealed later may be missing`,
          `keys/${newer[0]}: um chaveiro mais novo não pode ser lido; aberto com a geração ${generation}, o que foi cifrado depois pode faltar`,
        ),
      )
  }

  /** Every distinct object of a folder whose objects stand there in several copies, with how many of them are whole. */
  #copies(folder: 'config' | 'keys', form: RegExp): Array<ConfigObject & { readonly keys: readonly string[] }> {
    const names = this.#objects(folder)
    if (folder === 'config' && names.length === 0 && !this.names('keys').some((name) => KEYRING.test(name)))
      throw new RescueError(words(`there is no repository at ${this.root}`, `não há repositório em ${this.root}`), 10)
    const found = new Map<string, ConfigObject & { readonly keys: readonly string[] }>()
    const { within, unread } = readableOf(path.join(this.root, folder), names, BYTES_MAX[folder] as number)
    if (folder === 'keys') this.#unreadKeyrings.push(...unread)
    if (unread.length > 0)
      this.remarks.push(
        words(
          `${folder}/: ${unread.length} objects more than are read, left alone`,
          `${folder}/: ${unread.length} objetos além dos que são lidos, deixados como estão`,
        ),
      )
    for (const key of within) {
      const name = form.exec(key)?.[1] as string
      try {
        const bytes = this.read(`${folder}/${key}`)
        const keys = [...(found.get(name)?.keys ?? []), key]
        found.set(name, { name, keys, bytes, copies: keys.length })
      } catch (error) {
        this.notices.push(`${folder}/${key}: ${error instanceof Error ? error.message : String(error)}`)
        if (folder === 'keys') this.#unreadKeyrings.push(key)
      }
    }
    return [...found.values()]
  }

  /** Signed documents of a folder by name; what can't be believed becomes a notice. */
  #documents(folder: string, type: number): Map<string, { body: Record<string, unknown>; signer: string }> {
    const found = new Map<string, { body: Record<string, unknown>; signer: string }>()
    for (const name of this.#objects(folder))
      this.#noting(`${folder}/${name}`, () => {
        const bytes = this.#own(`${folder}/${name}`)
        if (!bytes) return
        const document = this.#document(bytes, type)
        requireInPlace(folder, document)
        found.set(name, document)
      })
    return found
  }

  #document(bytes: Buffer, type: number): { body: Record<string, unknown>; signer: string } {
    const parts = splitSigned(openPayload(bytes, this.keys, type))
    return { body: this.keys.check(parts, String(type)), signer: parts.signer.toString('hex') }
  }

  /** What operators decided. */
  #records(): Map<string, RecordBody> {
    return new Map([...this.#documents('records', 7)].map(([name, { body }]) => [name, body as RecordBody]))
  }

  /** Section 11: the objects of a finished forget were gone. */
  #tellPlayback(back: readonly string[]): void {
    if (back.length > 0)
      this.remarks.push(
        words(
          `snapshots that were forgotten and removed are back: ${back.length}; somebody has put older objects there`,
          `snapshots que foram esquecidos e removidos estão de volta: ${back.length}; alguém colocou ali objetos mais antigos`,
        ),
      )
  }

  /** Which snapshot a run is claimed for: section 11. */
  #claim(runId: string): string | undefined {
    const file = path.join(this.root, 'commits', runId)
    if (!/^[a-z0-9][a-z0-9._-]*$/.test(runId) || !isFile(file)) return undefined
    try {
      const { body, signer } = this.#document(readFile(file, MIB), 13)
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
      for (const name of this.#objects(folder))
        this.#noting(`${folder}/${name}`, () => {
          const bytes = this.#own(`${folder}/${name}`)
          if (bytes) segments.set(name, openPayload(bytes, this.keys, type))
        })
    }
    const superseded = new Set([...segments.values()].flatMap((payload) => supersededBy(payload)))
    for (const [name, payload] of segments)
      if (!superseded.has(name)) this.#noting(`index/*/${name}`, () => this.#places.addSegment(payload))
    const unnamed = this.packs().filter((name) => !this.#places.packs.has(name))
    for (const name of unnamed) if (this.#isStrangePack(name)) this.#strangePacks.add(name)
    const lost = unnamed.filter((name) => !this.#strangePacks.has(name))
    if (lost.length > 0) this.#readLostPacks(lost)
  }

  /** What can't be believed becomes a notice. */
  #noting(what: string, act: () => void): void {
    try {
      act()
    } catch (error) {
      const list = error instanceof LaterVersion ? this.remarks : this.notices
      list.push(`${what}: ${error instanceof Error ? error.message : String(error)}`)
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

  /** Section 2: what no index names, nothing of this format has begun and holds what its name says, or is too long. */
  #isStrangePack(name: string): boolean {
    if (this.#isKeyringLost || !isFile(this.#packPath(name))) return false
    try {
      using file = new ObjectFile(this.#packPath(name))
      if (beginsAsObject(file.read(0, Math.min(file.bytes, HEADER_BYTES)))) return false
      if (file.bytes <= PACK_BYTES_MAX && sha256(file.read(0, file.bytes)).toString('hex') !== name) return false
    } catch {
      return false
    }
    this.#tellStranger(`packs/${name.slice(0, 2)}/${name}`)
    return true
  }

  #segment(place: Place): Buffer {
    const key = `${place.pack}/${place.frame}`
    const kept = this.#segments.get(key)
    if (kept) return kept
    using file = new ObjectFile(this.#packPath(place.pack))
    const header = file.read(0, HEADER_BYTES)
    const bytes = file.read(place.offset, FRAME_HEADER_BYTES + place.sealedBytes)
    const joined = Buffer.concat(segmentBlobs(packOf(header, this.keys).frame(bytes, 0, place.frame)))
    const oldest = this.#segments.keys().next().value
    if (this.#segments.size >= SEGMENTS_KEPT && oldest !== undefined) this.#segments.delete(oldest)
    this.#segments.set(key, joined)
    return joined
  }
}
