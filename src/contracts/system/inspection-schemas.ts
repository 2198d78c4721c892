/** What stands inside points, repository, keyring and audit log, as the calls answer it. */
import { z } from 'zod'
import {
  bytes,
  count,
  entryMembers,
  finding,
  fingerprint,
  flag,
  generation,
  hit,
  oddPoint,
  pruned,
  repositoryId,
  sha256,
  share,
  shownPath,
  snapshotName,
  systemSettings,
  text,
  time,
  uuid,
} from './answer-parts.ts'
import type { Shown } from './shown.ts'

const isWhole = flag.describe('False: there is more than `limit`.')

export const pointListing = z.strictObject({
  snapshot: snapshotName,
  entries: z.array(z.strictObject(entryMembers)),
  isWhole,
})
export type PointListing = Shown<z.output<typeof pointListing>>

export const foundEntries = z.strictObject({
  found: z.array(z.strictObject({ snapshot: snapshotName, ...entryMembers })),
  isWhole,
})
export type FoundEntries = Shown<z.output<typeof foundEntries>>

export const pointDifferences = z.strictObject({
  from: snapshotName,
  to: snapshotName,
  differences: z.array(
    z.strictObject({
      path: shownPath,
      change: z.enum(['added', 'removed', 'changed', 'metadata']),
      isBitRotSuspected: flag.describe('The content changed although size, times and inode did not.'),
      bytesBefore: bytes,
      bytesAfter: bytes,
    }),
  ),
  isWhole,
})
export type PointDifferences = Shown<z.output<typeof pointDifferences>>

export const repositoryView = z
  .strictObject({
    id: uuid,
    name: text.nullable().describe('Null: it is not registered (FORMER).'),
    role: z
      .enum(['FIRST', 'FURTHER', 'FORMER'])
      .describe('FIRST: has the records and the audit log; FORMER: the first was another once, or elsewhere.'),
    location: text,
    repositoryId: repositoryId.nullable().describe('Null: it was never opened.'),
    isCurrent: flag.describe('The first: configurations that name no other write to it.'),
    isReachable: flag.nullable().describe('Whether it could be opened now; null: it was not tried (FORMER).'),
    errorCode: text.nullable().describe('Of what kept it from being opened.'),
    keyFile: text.nullable().describe('The file with a key of its own; null: the keys that the system is given.'),
    points: count,
    configs: z.array(text).describe('Configurations that write to it.'),
    createdAt: time,
    lastSeenAt: time.nullable(),
  })
  .meta({ id: 'Repository', description: 'A repository of the system.' })
export type RepositoryView = Shown<z.output<typeof repositoryView>>

export const verification = z.strictObject({
  readShare: share.describe('Of the stored bytes: 0 (lists only) to 1 (all).'),
  snapshots: count,
  packs: count,
  packsRead: count,
  bytesRead: bytes,
  bytesStored: bytes,
  problems: z.array(finding).describe('Damage.'),
  notices: z.array(finding),
  hits: z.array(hit),
  oddPoints: z.array(oddPoint),
  userFiles: count,
  streamRecords: count.describe('Records of what servers log (streams) that were looked at.'),
})
export type Verification = Shown<z.output<typeof verification>>

export { pruned, systemSettings }
export type Pruned = Shown<z.output<typeof pruned>>
export type SystemSettings = Shown<z.output<typeof systemSettings>>

export const keyring = z.strictObject({
  generation,
  fingerprint: fingerprint.describe('Of the key in use.'),
  recipients: z.array(
    z.strictObject({
      id: text,
      label: text,
      kind: z.enum(['raw', 'passphrase']),
      addedAt: time,
      opensWithThisKey: flag,
    }),
  ),
  epochs: z.array(z.strictObject({ epoch: z.int().min(1), createdAt: time })),
})
export type KeyringView = Shown<z.output<typeof keyring>>

export const auditPage = z.strictObject({
  entries: z.array(
    z.strictObject({
      sequence: count,
      at: time,
      actor: text.describe('Pseudonym.'),
      label: text.nullable().describe('Whose it is; null where that was erased.'),
      action: text,
      resource: text,
      result: z.enum(['SUCCESS', 'REFUSED', 'FAILED']),
      details: z.unknown(),
      hash: sha256,
    }),
  ),
  next: count.nullable().describe('For `before` of the page behind this one; null at the first entry.'),
})
export type AuditPage = Shown<z.output<typeof auditPage>>
