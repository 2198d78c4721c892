/** Answers of the commands that make restore points, look into them and restore them. */
import { z } from 'zod'
import type { Difference, ListedEntry, RestoreResult } from '../../engine/index.ts'
import {
  bytes,
  context,
  count,
  entryMembers,
  filterWarnings,
  flag,
  no,
  objectProblem,
  oddPoint,
  pathText,
  pointWarning,
  shownPath,
  skippedItem,
  skippedPath,
  snapshotName,
  text,
  texts,
  time,
  yes,
} from './parts.ts'

const pointType = z.enum(['FULL', 'INCREMENTAL', 'DIFFERENTIAL'])

const counted = {
  filesNew: count,
  filesChanged: count,
  filesUnmodified: count,
  filesFiltered: count.describe('Left out by filters.'),
  bytesProcessed: bytes.describe('Size of all files of the point.'),
}
const stored = {
  bytesAdded: bytes.describe('New content, before compression.'),
  bytesStored: bytes.describe('What the repository grew by.'),
}
const left = {
  skipped: z.array(skippedPath).describe('The first of what could not be taken.'),
  skippedCount: count,
  warnings: z.array(pointWarning),
}

const backedUp = z.strictObject({
  dryRun: no,
  snapshot: snapshotName,
  source: text,
  type: pointType,
  ...counted,
  ...stored,
  durationMs: count,
  ...left,
  changedWhileRead: z.array(pathText),
  changedCount: count,
  metadataNotKept: z.array(z.strictObject({ path: pathText, what: text.describe('What of it is not kept.') })),
  notKeptCount: count,
})

const planned = z.strictObject({
  dryRun: yes,
  source: text,
  type: pointType,
  parent: snapshotName.nullable().describe('What it is compared with.'),
  ...counted,
  directories: count,
  files: z.array(z.strictObject({ path: pathText, change: z.enum(['new', 'changed']), bytes })),
  bytesToRead: bytes.describe('Of these files.'),
  ...left,
})

const snapshot = z
  .strictObject({
    snapshot: snapshotName,
    source: text,
    sourceKind: text.describe('FILES, or the kind of source whose streams it holds as files; it has no `paths` then.'),
    type: pointType,
    state: z.enum(['complete', 'partial', 'checkpoint']).describe('checkpoint: a backup that was stopped.'),
    startedAt: time,
    finishedAt: time,
    host: text,
    user: text,
    paths: z.array(pathText),
    tags: texts,
    parent: snapshotName.nullable(),
    summary: z.strictObject({ ...counted, directories: count, ...stored, blobsAdded: count }),
    skippedCount: count,
    pinned: flag,
    holds: texts.describe('Ids of the holds that keep it.'),
  })
  .meta({ id: 'Snapshot', description: 'A restore point of a repository.' })

const listedMembers = { ...entryMembers, modifiedAt: time }
const listed = z
  .strictObject(listedMembers)
  .meta({ id: 'Entry', description: 'A file, folder or other thing in a snapshot.' }) satisfies z.ZodType<ListedEntry>

const difference = z.strictObject({
  path: shownPath,
  change: z.enum(['added', 'removed', 'changed', 'metadata']),
  isBitRotSuspected: flag.describe('The content changed although size, times and inode did not.'),
  bytesBefore: bytes,
  bytesAfter: bytes,
}) satisfies z.ZodType<Difference>

const restored = {
  filesRestored: count,
  filesUnchanged: count,
  filesKept: count.describe('There already, and left as they are by --overwrite.'),
  filesVerified: count.describe('Read back and compared.'),
  directories: count,
  metadataRestored: count.describe('Left as they were but for owner, mode or attributes.'),
  bytesRestored: bytes,
  deleted: count,
  issues: z.array(skippedItem),
  issueCount: count,
  unmatched: texts.describe('Of --include and --exclude, what met nothing.'),
  durationMs: count,
}
z.strictObject(restored) satisfies z.ZodType<RestoreResult>

const figures = { bytesLogical: bytes.describe('Before deduplication and compression.'), ...stored }
const sum = z.strictObject({ count, bytes })

export const POINT_ANSWERS = {
  backup: z.union([backedUp, planned]),
  snapshots: z.strictObject({
    snapshots: z.array(snapshot),
    timezone: text.describe('Zone of the listing for people. Times here are UTC.'),
    oddPoints: z.array(oddPoint),
    problems: z.array(objectProblem),
    foreign: texts.describe('Keys of objects that are not of this repository: they count for nothing.'),
    rollbacks: z.array(z.strictObject({ message: text, context })),
    warnings: filterWarnings,
  }),
  ls: z.strictObject({ snapshot: snapshotName, entries: z.array(listed) }),
  find: z.strictObject({
    found: z.array(z.strictObject({ snapshot: snapshotName, ...listedMembers })),
    warnings: filterWarnings,
  }),
  diff: z.strictObject({ from: snapshotName, to: snapshotName, differences: z.array(difference) }),
  dump: z.strictObject({
    snapshot: snapshotName,
    path: text,
    format: z.enum(['raw', 'tar', 'zip']),
    output: text.describe('The file that was written.'),
    issues: z.array(skippedItem).describe('What the archive can not hold.'),
  }),
  restore: z.strictObject({
    dryRun: flag,
    snapshot: snapshotName,
    target: text,
    ...restored,
    parentsNotKept: count.describe(
      'Folders above the paths of the backup, made only as the way to them, whose owner or mode could not be kept. No issues.',
    ),
    changes: z
      .array(
        z.strictObject({
          path: text.describe('In the snapshot.'),
          target: text.describe('Where it would be written, or removed.'),
          change: z.enum(['created', 'replaced', 'metadata', 'removed']),
        }),
      )
      .optional()
      .describe('Of a dry run: the first 100,000 of what it would do; "metadata" is owner, mode or attributes alone.'),
    changeCount: count.optional().describe('Of a dry run: of them all.'),
  }),
  stats: z.strictObject({
    repository: z.strictObject({
      objects: z.record(text, sum).describe('By the first part of their key, such as packs.'),
      bytesStored: bytes.describe('Of all objects.'),
      blobs: count.describe('Distinct pieces of content.'),
      bytesUnique: bytes.describe('Theirs, before compression.'),
      bytesPacked: bytes.describe('Of the packs that hold them.'),
      snapshots: count,
      bytesLogical: bytes.describe('Of all snapshots, as if each stood alone.'),
      ratios: z.strictObject({ deduplication: z.number().nullable(), compression: z.number().nullable() }),
    }),
    sources: z.array(z.strictObject({ source: text, snapshots: count, ...figures })),
    snapshots: z.array(
      z.strictObject({ snapshot: snapshotName, source: text, finishedAt: time, files: count, ...figures }),
    ),
    warnings: filterWarnings,
  }),
} as const
