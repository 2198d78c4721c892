/** Answers of the commands that keep a repository: its keys, its life cycle, what must stay in it. */
import { z } from 'zod'
import type {
  AcceptedRollback,
  CopiedRecords,
  DroppedDamage,
  Hold,
  PruneResult,
  RepairResult,
  UpgradeResult,
} from '../../engine/index.ts'
import {
  bytes,
  count,
  filterWarnings,
  finding,
  fingerprint,
  flag,
  generation,
  hit,
  hold,
  objectProblem,
  oddPoint,
  pruned,
  repositoryId,
  sha256,
  share,
  snapshotName,
  text,
  texts,
  time,
  warning,
  yes,
} from './parts.ts'

hold satisfies z.ZodType<Hold>

const pin = z.strictObject({ snapshot: snapshotName, pinned: flag.describe('As it is now.') })

pruned satisfies z.ZodType<PruneResult>

const heads = z.strictObject({ seen: count, found: count })
const record = z.strictObject({ record: text, seen: count, found: count })
const rollback = z.strictObject({
  record: text.nullable().describe('Key of the signed record; null where nothing was suspected.'),
  accepted: z.strictObject({
    snapshots: z.array(z.strictObject({ writer: text, sequence: count })),
    records: z.array(record),
    keyring: heads.nullable(),
    generations: z.array(count),
    entries: texts,
    back: texts,
  }),
}) satisfies z.ZodType<AcceptedRollback>

const recipient = z.strictObject({
  id: text,
  label: text,
  kind: z.enum(['raw', 'passphrase']),
  addedAt: time,
  opensWithThisKey: flag,
})

const copiedRecords = z.strictObject({
  brought: count,
  left: count.describe('Not followed: somebody decided otherwise at the copy.'),
  isOtherSystem: flag,
  problems: z.array(objectProblem),
})
copiedRecords.omit({ problems: true }) satisfies z.ZodType<Omit<CopiedRecords, 'problems'>>

const copiedStreams = z
  .strictObject({ records: count, bytes, problems: z.array(objectProblem) })
  .describe('What servers log, of all streams; problems: what could not be brought.')

const key = { generation: generation.describe('Of the keyring.') }
const epoch = z.int().min(1)

export const REPOSITORY_ANSWERS = {
  list: z.strictObject({
    kind: text.describe('Such as packs or snapshots.'),
    objects: z.array(z.strictObject({ key: text, bytes, storedAt: time })),
  }),
  cat: z
    .looseObject({})
    .describe('What the object says, by the members that docs/format/v1.md gives it: the format is the promise.'),
  init: z.strictObject({ repositoryId, location: text, generation: key.generation }),
  verify: z.strictObject({
    readShare: share.describe('Of the stored bytes: 0 (lists only) to 1 (all).'),
    snapshots: count,
    packs: count,
    packsRead: count,
    bytesRead: bytes,
    bytesStored: bytes.describe('Of all packs.'),
    problems: z.array(finding).describe('Damage.'),
    notices: z.array(finding).describe('Whole, but less safe than it should be; or not of this repository.'),
    hits: z.array(hit),
    oddPoints: z.array(oddPoint),
    userFiles: count.describe('Files of an application beside the snapshots: not looked at.'),
    streamRecords: count.describe('Records of what servers log (streams) that were looked at.'),
  }),
  repair: z.strictObject({
    documentsRemoved: texts,
    documentsLost: texts.describe('Snapshots and records that can not be read; --forget-damaged gives them up.'),
    packsIndexed: count,
    segmentsWritten: count,
    segmentsRemoved: texts,
    packsDamaged: texts,
    copiesRestored: texts,
    configRemade: flag.describe('The configuration was lost, and made again from the keyrings.'),
    foreign: texts.describe('Keys of objects that are not of this repository: they count for nothing.'),
    dropped: z.strictObject({
      packs: texts,
      blobsLost: count,
      blobsSaved: count,
    }) satisfies z.ZodType<DroppedDamage>,
    hits: z.array(hit).describe('What is lost.'),
    rollback: rollback.exactOptional().describe('With --accept-rollback; else absent.'),
  }) satisfies z.ZodType<RepairResult>,
  forget: z.strictObject({
    dryRun: flag,
    timezone: text.describe('Zone of the days and hours that were counted.'),
    kept: z.array(z.strictObject({ snapshot: snapshotName, reasons: texts, startedAt: time, finishedAt: time })),
    forgotten: z.array(snapshotName),
    oddPoints: z.array(oddPoint),
    clockDoubted: flag.describe('Nothing was let go by its age.'),
    warnings: filterWarnings,
    prune: pruned.exactOptional().describe('With --prune; else absent.'),
  }),
  prune: pruned,
  copy: z.strictObject({
    copied: z.array(snapshotName).describe('Names in the second repository.'),
    present: count.describe('There already.'),
    forgotten: count.describe('Let go there before: left out.'),
    bytesCopied: bytes,
    bytesStored: bytes,
    userFiles: count,
    records: copiedRecords,
    streams: copiedStreams,
    isNoted: flag.describe('False: the first repository could not note the age of this copy.'),
  }),
  pin,
  unpin: pin,
  'hold add': z.strictObject({ ...hold.shape, warnings: z.array(warning) }),
  'hold list': z.strictObject({ holds: z.array(hold) }),
  'hold lift': z.strictObject({ id: text, lifted: yes }),
  'key generate': z.strictObject({ file: text, fingerprint }),
  'key add': z.strictObject({ id: text, label: text, fingerprint, ...key }),
  'key list': z.strictObject({
    ...key,
    fingerprint: fingerprint.describe('Of the key in use.'),
    earlierFingerprint: fingerprint.describe('What kits of earlier versions call it.'),
    recipients: z.array(recipient),
    epochs: z.array(z.strictObject({ epoch, createdAt: time })),
  }),
  'key remove': z.strictObject({ id: text, label: text, removed: yes, ...key, epoch: epoch.describe('The new one.') }),
  'key rotate': z.strictObject({ ...key, epoch: epoch.describe('The new one.') }),
  'repository upgrade': z.strictObject({
    isUpgraded: flag.describe('False: there was nothing to do.'),
    version: text.describe('Of the format, as it is now.'),
    generation: count.describe('Of the configuration.'),
    olderWriters: z
      .array(z.strictObject({ session: text, host: text.nullable() }))
      .describe('That know only the earlier version, and may be at work: end them before anything new is stored.'),
  }) satisfies z.ZodType<UpgradeResult>,
  'key recovery-kit': z.strictObject({
    repositoryId,
    location: text,
    format: text,
    ...key,
    madeAt: time,
    program: text,
    fingerprint,
    earlierFingerprint: fingerprint.describe('What kits of earlier versions call it.'),
    recipients: z.array(recipient.omit({ addedAt: true })),
    rescueSha256: sha256.nullable().describe('Of the rescue reader; null where it is not there.'),
    heads: z
      .strictObject({
        keyGeneration: count,
        deleteGeneration: count,
        writers: z.record(text, count),
        records: z.record(text, count).exactOptional(),
      })
      .nullable()
      .describe('What this machine has seen last; null for nothing yet.'),
    files: texts.exactOptional().describe('With --to; else absent.'),
  }),
} as const
