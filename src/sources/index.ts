export { countFiles, type FileCount } from './files/count-files.ts'
export {
  createDirectoryScanner,
  type DirectoryScanner,
  type OpenDirectory,
  type ScanSkip,
} from './files/directory-scanner.ts'
export {
  type CompiledPattern,
  compilePattern,
  createFileFilter,
  type FileFilter,
  type FileFilters,
  type IgnoreRules,
  parseIgnoreFile,
} from './files/filters.ts'
export { createEntryAccess, type DataExtent, type EntryAccess, type ExtendedAttribute } from './files/open-entry.ts'
export { type OwnerNames, readOwnerNames } from './files/owner-names.ts'
