/** Which signed documents are what their place says: docs/format/v1.md sections 5, 11 to 13 and 16. */
import { LaterVersion, RescueError } from './bytes.ts'

interface SignedDocument {
  readonly body: Record<string, unknown>
  readonly signer: string
}

type Check = (value: unknown) => boolean
type Shape = Readonly<Record<string, Check>>

const isText: Check = (value) => typeof value === 'string'
const isFlag: Check = (value) => typeof value === 'boolean'
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const isList: Check = Array.isArray
const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
const isHex =
  (bytes: number): Check =>
  (value) =>
    typeof value === 'string' && value.length === bytes * 2 && /^[0-9a-f]*$/.test(value)
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)

const texts = (names: string): Shape => Object.fromEntries(names.split(' ').map((name) => [name, isText]))
const POINT: Shape = {
  ...texts('source sourceKind type host user program startedAt finishedAt'),
  complete: isFlag,
  tags: isList,
  tree: isHex(32),
  parent: orNull(isHex(32)),
  writer: isHex(16),
  previous: orNull(isHex(32)),
  seen: isObject,
  keyGeneration: isCount,
  deleteGeneration: isCount,
  summary: isObject,
}
/** Of files alone. */
const OF_FILES: Shape = {
  paths: isList,
  filters: isObject,
  owners: isObject,
  skipped: isList,
  skippedCount: isCount,
  changedWhileRead: isList,
  changedCount: isCount,
  metadataNotKept: isList,
  notKeptCount: isCount,
}
const DELETION: Shape = { generation: isCount, previous: isList, packs: isList, indexes: isList, marked: isObject }
const SHAPES: Readonly<Record<string, Shape>> = {
  snapshot: POINT,
  checkpoint: POINT,
  tombstone: DELETION,
  deleted: DELETION,
  record: { ...texts('record subject at by'), generation: isCount, value: orNull(isObject) },
  confirm: { snapshot: isHex(32), deleteGeneration: isCount },
  retract: { snapshot: isHex(32), writer: isHex(16), sequence: isCount },
}
const PLACES: Readonly<Record<string, readonly string[]>> = {
  snapshots: ['snapshot'],
  checkpoints: ['checkpoint'],
  deletes: ['tombstone', 'deleted'],
  records: ['record'],
  confirms: ['confirm', 'retract'],
}
/** Kinds of other places. */
const OTHERS = ['keyring', 'session', 'ended', 'claim']
/** Documents that name their signer. */
const BY_WRITER = ['snapshot', 'checkpoint', 'retract']
/** Those that the maintenance key alone may sign. */
const BY_MAINTENANCE = ['tombstone', 'deleted', 'record']
const MAINTENANCE = 'f'.repeat(32)

/** Throws for one that is damage there, and for one of a later version. */
export function requireInPlace(folder: string, { body, signer }: SignedDocument): void {
  const { kind } = body
  const isKnown = typeof kind !== 'string' || kind in SHAPES || OTHERS.includes(kind)
  if (!isKnown) throw new LaterVersion(`a document of kind ${kind}`)
  if (!PLACES[folder]?.includes(String(kind))) throw new RescueError('a document of another kind than its place says')
  const shape = { ...SHAPES[String(kind)], ...(body['sourceKind'] === 'FILES' && OF_FILES) }
  for (const [member, check] of Object.entries(shape))
    if (!check(body[member])) throw new RescueError(`a ${kind} has no valid "${member}"`)
  if (BY_WRITER.includes(String(kind)) && body['writer'] !== signer)
    throw new RescueError('a document is signed by another writer than it names')
  if (BY_MAINTENANCE.includes(String(kind)) && signer !== MAINTENANCE)
    throw new RescueError('a document is not signed by the maintenance key')
}
