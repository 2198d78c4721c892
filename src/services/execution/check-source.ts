/** Whether what a configuration names can be backed up: at save time, and of files before each run too. */
import { type ConfigSource, isFiles } from '../../contracts/system/index.ts'
import { invariant } from '../../kernel/invariant.ts'
import {
  type DriverSettings,
  type ReachableSource,
  type Sources,
  sourceFailed,
  sourceFailure,
} from '../../sources/index.ts'
import type { RepositoryAccess } from '../parts.ts'
import { checkPaths } from './check-paths.ts'

/** Whoever saves waits for it. */
const CHECK_SECONDS = 30

export interface SourceCheck {
  readonly source: ConfigSource
  /** Of a driver: all that it takes to reach the source. */
  readonly reach?: DriverSettings | undefined
}

/**
 * Throws SOURCE_UNREADABLE, CONFIG_INVALID for a repository inside the source or a source inside the repository; of a
 * driver SOURCE_FAILED, SOURCE_NOT_AVAILABLE for a kind that is not here.
 */
export async function checkSource(
  parts: { readonly repository: Pick<RepositoryAccess, 'localRoot'>; readonly sources: Sources },
  { source, reach }: SourceCheck,
  signal?: AbortSignal,
): Promise<void> {
  if (isFiles(source)) return await checkPaths(source, parts.repository)
  parts.sources.driverOf(source.kind)
  invariant(reach, 'A driver is checked with all that it takes to reach its source.')
  await checkDriver(parts.sources, { kind: source.kind, settings: reach }, signal)
}

/** Throws SOURCE_FAILED, ABORTED. */
export async function checkDriver(sources: Sources, source: ReachableSource, signal?: AbortSignal): Promise<void> {
  const driver = sources.driverOf(source.kind)
  const deadline = AbortSignal.timeout(CHECK_SECONDS * 1000)
  const given = AbortSignal.any([deadline, ...(signal ? [signal] : [])])
  const late = Promise.withResolvers<never>()
  const stop = () => late.reject(given.reason)
  given.addEventListener('abort', stop, { once: true })
  try {
    // One that does not listen to the signal is not waited for.
    await Promise.race([driver.check(source.settings, { signal: given }), late.promise])
  } catch (error) {
    if (deadline.aborted)
      throw sourceFailed(driver.label(source.settings), `it did not answer within ${CHECK_SECONDS} s`)
    throw sourceFailure(error, sources, source)
  } finally {
    given.removeEventListener('abort', stop)
  }
}
