export { type Committed, commitSnapshot, committedRun } from './commit.ts';
export { confirmSnapshot, type PutSnapshot, retractSnapshot, type Writing } from './confirm.ts';
export { groups, PackShipper } from './pack-shipper.ts';
export { openSessions, openWriterSession, type WriterSession } from './sessions.ts';
