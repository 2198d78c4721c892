import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import type { ObjectType } from '../crypto/index.ts'
import type { ObjectProblem, PreviousOf, Repository, StoredDocument } from '../repository/index.ts'

export interface ParsedDocument<T> {
  readonly name: string
  readonly key: string
  readonly document: T
  /** Hexadecimal; `f` throughout for the maintenance key. */
  readonly signer: string
  /** Store milliseconds. */
  readonly modifiedMs: number
}

export interface DocumentKind<T> {
  readonly folder: string
  readonly type: ObjectType
  /** Throws DAMAGED, FEATURE_UNSUPPORTED. */
  readonly parse: (stored: StoredDocument) => T
  /**
   * For documents of which each names its signer's one before: then the newest one's signature stands for the chain.
   */
  readonly previousOf?: PreviousOf
}

/**
 * Every document of a folder. One that has another shape than its kind, or a later kind, is a problem of its own: it
 * does not keep the others from being read.
 */
export async function readParsed<T>(
  repository: Repository,
  { folder, type, parse, previousOf }: DocumentKind<T>,
  signal?: AbortSignal,
): Promise<{ entries: Array<ParsedDocument<T>>; problems: ObjectProblem[]; strangers: ObjectProblem[] }> {
  const { documents, problems, strangers } = await repository.readDocuments(folder, type, {
    ...(signal && { signal }),
    ...(previousOf && { previousOf }),
  })
  const entries: Array<ParsedDocument<T>> = []
  for (const stored of documents) {
    const { name, key, signer, modifiedMs } = stored
    try {
      entries.push({ name, key, document: parse(stored), signer, modifiedMs })
    } catch (error) {
      if (!isBackupError(error, 'DAMAGED') && !isBackupError(error, 'FEATURE_UNSUPPORTED')) throw error
      problems.push({ key, error, modifiedMs })
    }
  }
  return { entries, problems, strangers }
}

/** For documents that only the maintenance key may sign. Throws DAMAGED. */
export function byMaintenance(stored: StoredDocument): Record<string, unknown> {
  if (isMaintenance(stored.signer)) return stored.body
  throw new BackupError('DAMAGED', 'The object is not signed by the maintenance key.', {
    context: { object: stored.key },
  })
}

function isMaintenance(signer: string): boolean {
  return signer === 'f'.repeat(32)
}

/** For documents that name the writer who signs them. Throws DAMAGED. */
export function byItsWriter<T extends { readonly writer: string }>(document: T, { signer, key }: StoredDocument): T {
  if (document.writer === signer) return document
  throw new BackupError('DAMAGED', 'A document is signed by another writer than it names.', {
    context: { object: key },
  })
}
