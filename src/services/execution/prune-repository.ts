import type { Pruned } from '../../contracts/system/index.ts'
import type { RepositoryAccess } from '../parts.ts'
import { runInEngine } from './engine-process.ts'

/**
 * Frees what no snapshot, pin or hold needs; with `dryRun` only says what that is. What open writers may still need
 * waits for the next time. Throws ROLLBACK_SUSPECTED and DAMAGED before anything is changed.
 */
export async function pruneRepository(
  { repository }: { readonly repository: RepositoryAccess },
  { dryRun = false, signal }: { readonly dryRun?: boolean | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<Pruned> {
  return { dryRun, ...(await runInEngine(repository, { kind: 'prune', dryRun }, { signal })) }
}
