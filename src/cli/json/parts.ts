/**
 * What answers are made of. Loaded by tests and generators alone: commands take its types, never its code, so that no
 * command waits for zod.
 */
import { answerParts } from '../../contracts/system/index.ts'

export const {
  entryMembers,
  carried,
  rebuiltCounts,
  count,
  bytes,
  share,
  time,
  localTime,
  text,
  texts,
  no,
  yes,
  flag,
  sha256,
  snapshotName,
  repositoryId,
  generation,
  fingerprint,
  uuid,
  pathText,
  shownPath,
  warning,
  filterWarnings,
  context,
  failure,
  skippedItem,
  skippedPath,
  pointWarning,
  oddPoint,
  pruned,
  systemSettings,
  hold,
  objectProblem,
  finding,
  hit,
} = answerParts
