/** What answers are made of: those of the calls, and those of the commands with `--json`. */
import { z } from 'zod'
import { ERROR_CODES } from '../../kernel/error-code.ts'

export const count = z.int().min(0)
export const bytes = z.int().min(0)
/** A share from 0 to 1. */
export const share = z.number().min(0).max(1)
export const time = z.iso.datetime().describe('Moment in UTC, ISO 8601.')
export const localTime = z.iso.datetime({ offset: true }).describe('Moment with the offset of its zone, ISO 8601.')
export const text = z.string()
export const texts = z.array(text)
export const no = z.literal(false)
export const yes = z.literal(true)
export const flag = z.boolean()
const hexOf = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`))
export const sha256 = hexOf(64)
export const snapshotName = hexOf(64).describe('Whole name of a snapshot; every command also takes its beginning.')
export const repositoryId = hexOf(32).describe('Id of the repository.')
export const generation = z.int().min(1)
export const fingerprint = hexOf(8).describe('Fingerprint of a key: the same in every repository.')
export const uuid = z.uuid()

/** A path as a snapshot has it. */
export const pathText = z
  .union([text, z.strictObject({ hex: text })])
  .meta({ id: 'Path', description: 'A path: text, or `{ hex }` with its bytes where they are no valid UTF-8.' })
/** A path for people: what steers a terminal, and bytes that are no valid UTF-8, are written as `\xNN`. */
export const shownPath = text.describe('Path; bytes that are no valid UTF-8 as `\\xNN`.')

export const warning = z
  .strictObject({ code: text, message: text })
  .meta({ id: 'Warning', description: 'What was assumed, or does not count yet.' })

/** FILTER_UNMATCHED. */
export const filterWarnings = z.array(warning).describe('Filters that no snapshot meets.')

const contextValue = z.union([text, z.number(), flag, texts])
export const context = z
  .record(text, contextValue)
  .describe('What it is about, by name: paths, ids, object keys, numbers. Empty where the code says it all.')

export const failure = z
  .strictObject({
    code: z.enum(ERROR_CODES).describe('docs/errors.md lists them; later versions may add some.'),
    message: text.describe("In the reader's language."),
    guidance: text.describe('What to do.'),
    context,
  })
  .meta({ id: 'Failure', description: 'Why something failed.' })

export const skippedItem = z
  .strictObject({ path: text, reason: text.describe('A word such as EACCES, ENOENT or EMPTIED.') })
  .meta({ id: 'SkippedItem', description: 'What could not be taken, and why.' })

/** With the path as the snapshot has it. */
export const skippedPath = z
  .strictObject({ path: pathText, reason: text.describe('A word such as EACCES, ENOENT or EMPTIED.') })
  .meta({ id: 'SkippedPath', description: 'What could not be taken, and why.' })

export const pointWarning = z
  .strictObject({
    code: text.describe('Such as EXCLUDE_UNMATCHED or IGNORE_FILE.'),
    subject: pathText.describe('A path or a pattern.'),
    line: z.int().min(1).exactOptional().describe('Of an ignore file; absent elsewhere.'),
    why: text.exactOptional().describe('Of an ignore file; absent elsewhere.'),
  })
  .meta({ id: 'PointWarning', description: 'What a backup had to say besides.' })

export const oddPoint = z
  .strictObject({
    snapshot: snapshotName,
    source: text,
    doubt: z.enum(['FUTURE', 'AHEAD', 'BEHIND']),
    finishedAt: time.describe('As the snapshot says it.'),
    countsAt: time.nullable().describe('The moment by which it counts; null while nothing came after it.'),
  })
  .meta({ id: 'OddPoint', description: 'A restore point with a date that can not be right.' })

export const hold = z
  .strictObject({
    id: text,
    snapshot: snapshotName.nullable().describe('Null: not one snapshot alone.'),
    source: text.nullable().describe('Null with a null `snapshot`: everything.'),
    reason: text,
    until: time.nullable().describe('Null: until it is lifted.'),
  })
  .meta({ id: 'Hold', description: 'A legal hold.' })

export const objectProblem = z
  .strictObject({ object: text.describe('Key of the object in the repository.'), code: z.enum(ERROR_CODES) })
  .meta({ id: 'ObjectProblem', description: 'An object that can not be believed.' })

export const finding = z
  .strictObject({
    object: text.describe('Key of the object in the repository.'),
    what: text.describe('In English.'),
    isStranger: yes.exactOptional().describe('Somebody else has put it there: it counts for nothing. Else absent.'),
  })
  .meta({ id: 'Finding', description: 'What a verification found on an object.' })

export const hit = z
  .strictObject({
    snapshot: snapshotName,
    paths: z.array(shownPath),
    pathCount: count.describe('Exact; of very many not all are named.'),
  })
  .meta({ id: 'Hit', description: 'What of a snapshot can not be restored whole.' })

/** Of a file, folder or other thing in a point. */
export const entryMembers = {
  path: shownPath,
  type: z.enum(['file', 'directory', 'link', 'fifo', 'socket', 'block', 'character']),
  mode: z.int().min(0).max(0o7777).describe('Permissions, as a number.'),
  uid: count,
  gid: count,
  bytes,
  modifiedAt: text.describe('ISO 8601; of a time that it has no word for, @ and seconds.'),
  linkTarget: text.exactOptional().describe('Of a link; absent elsewhere.'),
}

export const carried = z.strictObject({
  record: z.enum(['pin', 'hold']),
  subject: text.describe('Of a hold its id, of a pin the snapshot.'),
  snapshot: text.nullable(),
  source: text.nullable().describe('Both null: everything.'),
})

export const rebuiltCounts = {
  configs: count,
  configsRemoved: count,
  points: count,
  runs: count,
  pins: count,
  holds: count,
  auditEntries: count,
}

/** What a clean-up freed. */
export const pruned = z.strictObject({
  dryRun: flag,
  packsDeleted: count,
  packsRepacked: count,
  packsWaiting: count.describe('Condemned; they go once no open writer can need them.'),
  packsLeft: count.describe('Of a lock class that this version does not know: left alone.'),
  bytesFreed: bytes,
  bytesStored: bytes.describe('Written anew.'),
  streamRecordsDeleted: count.describe('Of what servers log: records of which every byte stands in another one.'),
})

const origin = z.strictObject({
  kind: z.enum(['ARGUMENT', 'CONFIG_FILE', 'ENVIRONMENT', 'ENV_FILE', 'REMEMBERED', 'DEFAULT']),
  name: text.exactOptional().describe('The option or variable.'),
  file: text.exactOptional(),
})

/** What the system goes by, each value with where it comes from. */
export const systemSettings = z.array(
  z.strictObject({
    name: text,
    value: z.unknown().describe('Of the form of its setting; secrets are hidden; a default may be said in a word.'),
    origin,
  }),
)
