import { throwIfAborted } from '../../kernel/abort.ts'
import type { RepositoryAccess } from '../parts.ts'

/**
 * Works in one repository after the other: one that is away keeps none of the others from it. Throws what the first
 * that failed did, once all had their turn.
 */
export async function inEach<T>(
  repositories: readonly RepositoryAccess[],
  signal: AbortSignal | undefined,
  run: (repository: RepositoryAccess) => Promise<T>,
): Promise<T[]> {
  const done: T[] = []
  const failures: unknown[] = []
  for (const repository of repositories) {
    throwIfAborted(signal)
    try {
      done.push(await run(repository))
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return done
}
