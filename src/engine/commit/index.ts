export { recordsOf, requireOwnNumbers } from './accepted-number.ts'
export { announceVersion, olderWriters, removeFirstConfigs, requireDeletable, useFeature } from './announce.ts'
export { type Committed, commitSnapshot, committedRun } from './commit.ts'
export { confirmSnapshot, type PutSnapshot, retractSnapshot, type Writing } from './confirm.ts'
export { groups, PackShipper } from './pack-shipper.ts'
export {
  beginWriterSession,
  type OpenSession,
  openSessions,
  openWriterSession,
  type WriterSession,
} from './sessions.ts'
