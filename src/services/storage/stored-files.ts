import { type StoredFile, type Warning, warningOf } from '../../contracts/system/index.ts'
import { hasUserFile, listUserFiles, removeUserFile } from '../../engine/index.ts'
import type { SystemParts } from '../parts.ts'
import { checkFilePath } from './file-path.ts'

interface Call {
  readonly signal?: AbortSignal | undefined
}

/** What is absent gives `{ deleted: false }`. Throws CONFIG_INVALID for a path that is not taken. */
export async function remove(
  parts: SystemParts,
  path: string,
  call: Call = {},
): Promise<{ readonly deleted: boolean }> {
  checkFilePath(path)
  await using repository = await parts.repositories.first.open(call.signal)
  return { deleted: await removeUserFile(repository, path, signalOf(call)) }
}

/** Throws CONFIG_INVALID for a path that is not taken. */
export async function exists(parts: SystemParts, path: string, call: Call = {}): Promise<boolean> {
  checkFilePath(path)
  await using repository = await parts.repositories.first.open(call.signal)
  return await hasUserFile(repository, path, signalOf(call))
}

/**
 * Files whose path begins with `prefix`, sorted by path. A file whose name is damaged can't be listed: a warning says
 * so.
 */
export async function list(
  parts: SystemParts,
  prefix = '',
  call: Call = {},
): Promise<{ readonly files: readonly StoredFile[]; readonly warnings: readonly Warning[] }> {
  await using repository = await parts.repositories.first.open(call.signal)
  const { files, problems } = await listUserFiles(repository, signalOf(call))
  for (const { key, error } of problems) parts.log.error('a stored file has a damaged name', { key, error })
  return {
    files: files
      .filter(({ path }) => path.startsWith(prefix))
      .map(({ path, bytes, modifiedAt }) => ({ path, bytes, modifiedAt })),
    warnings: problems.map(({ key }) => warningOf('STORED_FILE_DAMAGED', parts.locale, { key })),
  }
}

function signalOf({ signal }: Call): { readonly signal?: AbortSignal } {
  return signal ? { signal } : {}
}
