export { countFiles, type FileCount } from './files/count-files.ts'
export {
  createDirectoryScanner,
  type DirectoryScanner,
  type OpenDirectory,
  type ScanSkip,
} from './files/directory-scanner.ts'
export {
  createFileFilter,
  type DirectoryFilter,
  type EntryFacts,
  type ExcludePattern,
  type FileFilter,
  type FileFilters,
  type FilterRoots,
  type PathAlias,
  type WatchedPattern,
  watchedPatterns,
} from './files/filters.ts'
export {
  hasRoomFor,
  IGNORE_FILE_BYTES_MAX,
  type IgnoreFault,
  type IgnoreRule,
  type IgnoreRules,
  type PatternLine,
  parseIgnoreFile,
  patternLines,
} from './files/ignore-file.ts'
export { bytesOfText, textOfBytes } from './files/name-text.ts'
export { createEntryAccess, type DataExtent, type EntryAccess, type ExtendedAttribute } from './files/open-entry.ts'
export { type OwnerNames, readOwnerNames } from './files/owner-names.ts'
export { type CompiledPattern, compilePattern, hasDotPart } from './files/pattern.ts'
export { type MarkerFile, readMarker } from './files/read-marker.ts'
export { GuardedSource } from './guarded-source.ts'
export type {
  OpenSource,
  SourceCall,
  SourceCapabilities,
  SourceDriver,
  SourceFacts,
  SourceText,
  StoredEntry,
  Zod,
} from './source-driver.ts'
export { labelOf, type ReachableSource } from './source-failure.ts'
export { type DriverSettings, Sources } from './sources.ts'
export { Cut, type StreamEntry } from './stream-entry.ts'
