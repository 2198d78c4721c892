/** Whether what a configuration names can be backed up: at save time, and of files before each run too. */
import { type ConfigSource, isFiles } from '../../contracts/system/index.ts'
import { invariant } from '../../kernel/invariant.ts'
import { type DriverSettings, GuardedSource, type Sources } from '../../sources/index.ts'
import { checkPaths } from './check-paths.ts'

export interface SourceCheck {
  readonly source: ConfigSource
  /** Of a driver: all that it takes to reach the source. */
  readonly reach?: DriverSettings | undefined
}

/**
 * `roots`: folders that repositories of the system lie in. Throws SOURCE_UNREADABLE, CONFIG_INVALID for a repository
 * inside the source or a source inside a repository; of a driver SOURCE_FAILED, SOURCE_NOT_AVAILABLE for a kind that is not here.
 */
export async function checkSource(
  place: { readonly roots: readonly string[]; readonly sources: Sources },
  { source, reach }: SourceCheck,
  signal?: AbortSignal,
): Promise<void> {
  if (isFiles(source)) return await checkPaths(source, place.roots)
  const driver = new GuardedSource(place.sources, { kind: source.kind, settings: reach ?? {} })
  invariant(reach, 'A driver is checked with all that it takes to reach its source.')
  await driver.check(signal)
}
