/** What lies in a folder and says something of it: ignore files, and marks that leave its inside out. */
import { type EntryColumns, FileType } from '../../../contracts/index.ts'
import {
  type EntryAccess,
  type FileFilters,
  hasRoomFor,
  IGNORE_FILE_BYTES_MAX,
  type IgnoreRules,
  type OpenDirectory,
  parseIgnoreFile,
  readMarker,
} from '../../../sources/index.ts'
import { BackupWarningCode, type FoundWarning } from './backup-warning.ts'
import { join } from './entry-path.ts'

const CACHE_SIGNATURE = 'Signature: 8a477f597d28d172789f06886806bc55'
const IGNORE_FILE = '.neonproignore'

export interface MarkedFolder extends OpenDirectory {
  readonly rules: IgnoreRules
}

export class FolderMarks {
  readonly #access: EntryAccess
  readonly #ignoreFiles: readonly string[]
  readonly #excludeIfPresent: readonly string[]
  readonly #excludesCaches: boolean

  constructor(access: EntryAccess, filters: FileFilters) {
    this.#access = access
    this.#ignoreFiles = filters.ignoreFileNames ?? [IGNORE_FILE]
    this.#excludeIfPresent = (filters.excludeIfPresent ?? []).map((name) => Buffer.from(name).toString('latin1'))
    this.#excludesCaches = filters.excludeCaches === true
  }

  /** The rules in force in the folder: those from above and its own. What can't be used is said. */
  rules(folder: MarkedFolder, columns: EntryColumns, warnings: FoundWarning[]): IgnoreRules {
    let rules = folder.rules
    for (const name of this.#ignoreFiles) {
      const entry = columns.names.indexOf(name)
      if (entry < 0) continue
      const file = join(folder.path, name)
      const { patterns, faults } = this.#parse(folder, { name, entry, columns })
      const isTaken = hasRoomFor(rules, patterns)
      const said = isTaken ? faults : [{ why: 'comes on top of too many patterns, and is not used' }]
      for (const fault of said) warnings.push({ code: BackupWarningCode.IGNORE_FILE, subject: file, ...fault })
      if (isTaken && patterns.length > 0) rules = [...rules, { file, directory: folder.path, patterns }]
    }
    return rules
  }

  /** Marked as a cache, or by a name that excludes. */
  leavesOut(folder: OpenDirectory, columns: EntryColumns): boolean {
    if (this.#excludeIfPresent.some((name) => columns.names.includes(name))) return true
    const tag = this.#excludesCaches ? columns.names.indexOf('CACHEDIR.TAG') : -1
    if (tag < 0 || columns.type(tag) !== FileType.FILE) return false
    const marker = { name: 'CACHEDIR.TAG', bytesMax: CACHE_SIGNATURE.length }
    return readMarker(this.#access, folder, marker).bytes === CACHE_SIGNATURE
  }

  #parse(folder: OpenDirectory, found: { name: string; entry: number; columns: EntryColumns }) {
    const nothing = (why: string) => ({ patterns: [], faults: [{ why: `${why}, and is not used` }] })
    if (found.columns.type(found.entry) !== FileType.FILE) return nothing('is no regular file')
    if (found.columns.size(found.entry) > IGNORE_FILE_BYTES_MAX) return nothing('is too large')
    const { bytes, why } = readMarker(this.#access, folder, { name: found.name, bytesMax: IGNORE_FILE_BYTES_MAX })
    return bytes === undefined ? nothing(why ?? 'can not be read') : parseIgnoreFile(bytes)
  }
}
