/**
 * The keys of docs/format/v1.md section 2, and how long each kind of object may be: whoever can write to a store can
 * put anything there, and nothing is read before it is known that it may be ours.
 */
import { ObjectType } from '../crypto/index.ts'

const NAME = '[0-9a-f]{64}'
const KEYS = new RegExp(
  `^(config/[abc]-${NAME}|keys/[0-9a-f]{8}-[ab]-${NAME}|parity/${NAME}|index/(data|meta)/${NAME}|deletes/[0-9a-f]{16}-${NAME}|(snapshots|checkpoints|records|audit|sessions|confirms)/${NAME}|streams/[0-9a-f]{32}/[0-9a-f]{16}-[0-9a-f]{8}-[0-9a-f]{8}-${NAME}|commits/[a-z0-9][a-z0-9._-]{0,127})$`,
)
const PACK = /^packs\/([0-9a-f]{2})\/\1[0-9a-f]{62}$/
const USER = new RegExp(`^user/([0-9a-f]{2})/\\1[0-9a-f]{62}/(name|${NAME})$`)

/** Whether an object of a repository can have this key. What has another one is somebody else's, and is let be. */
export function isObjectKey(key: string): boolean {
  return KEYS.test(key) || PACK.test(key) || USER.test(key)
}

/** The key under which a pack is stored. */
export function packKey(name: string): string {
  return `packs/${name.slice(0, 2)}/${name}`
}

const MIB = 1024 * 1024
const SMALL_BYTES_MAX = 64 * MIB
const BYTES_MAX: Partial<Readonly<Record<ObjectType, number>>> = {
  [ObjectType.INDEX_DATA]: 256 * MIB,
  [ObjectType.INDEX_META]: 256 * MIB,
  [ObjectType.DELETE]: 256 * MIB,
  [ObjectType.SESSION]: MIB,
  [ObjectType.CONFIRM]: MIB,
  [ObjectType.STREAM]: 17 * MIB,
  [ObjectType.CLAIM]: MIB,
  [ObjectType.USER_NAME]: MIB,
}

/** Of an object that is read whole. No writer makes a longer one, and no reader takes one. */
export function objectBytesMax(type: ObjectType): number {
  return BYTES_MAX[type] ?? SMALL_BYTES_MAX
}
