export { outcomeOfError } from './audit-outcome.ts'
export {
  COLUMN_COUNT,
  Column,
  EntryColumns,
  FileType,
  fileTypeOf,
  STORED_COLUMNS,
  type StoredColumn,
} from './entry-columns.ts'
export { ERROR_CATALOG, type ErrorEntry, type LocalizedText } from './error-catalog.ts'
export {
  errorText,
  type Failure,
  type FailureContext,
  failureContext,
  failureOf,
  knownError,
  type Locale,
  localeOf,
  type Values,
} from './failure.ts'
export { keyPlaceRefused, withKeyAdvice } from './key-advice.ts'
export { otherInPlace } from './other-repository.ts'
export { learnPhrases, phrase } from './phrases.ts'
export {
  type CustomRule,
  calendarOf,
  decideRetention,
  keepsNothing,
  parsePattern,
  type RetentionDecision,
  type RetentionInput,
  type RetentionPoint,
  type RetentionPolicy,
} from './retention.ts'
export { SINGLE_ACTS, type SingleAct } from './single-acts.ts'
export { ageText, fill, listText, numberText } from './texts.ts'
