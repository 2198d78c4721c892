/** Streams: what a server logs, kept in records of their own. */
export {
  binlogPlace,
  binlogPosition,
  comparePositions,
  EXTENT_BYTES,
  oplogEnd,
  oplogPosition,
  type Position,
  parsePosition,
  positionText,
  StreamKind,
  walLsn,
  walPosition,
} from './position.ts'
export {
  Closed,
  type Parent,
  type Reach,
  type RecordDocument,
  type ServerState,
  type StreamDocument,
} from './record-document.ts'
export { parseRecordKey, STREAMS_FOLDER } from './record-key.ts'
export { readRecord } from './record-object.ts'
export { type RemovedRecords, removeRedundant } from './redundant-records.ts'
export { type CopiedStreams, copyStreams } from './stream-copier.ts'
export { type BranchState, readBranch, readBranches } from './stream-directory.ts'
export { type StreamIdentity, streamId, streamNameKey } from './stream-identity.ts'
export { Hole, requireWhole, Standing, type StreamPart, StreamReader } from './stream-reader.ts'
export {
  BEAT_MS,
  FLUSH_MS,
  type Received,
  type ReceiverOptions,
  type ServerFacts,
  StreamReceiver,
} from './stream-receiver.ts'
export { type StreamFinding, type StreamSurvey, surveyStreams } from './stream-survey.ts'
