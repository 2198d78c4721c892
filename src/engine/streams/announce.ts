/**
 * A repository with streams says so in its configuration, so that a program that knows nothing of them does not delete
 * in it. Called before the first record of a stream is written.
 */
import type { Repository } from '../repository/index.ts'

/** In the configuration's `features.delete`. */
export const STREAMS_FEATURE = 'streams'

/** Where the feature is to be published once configurations have generations (docs/format/v1.md section 17). */
export function announceStreams(
  _repository: Repository,
  _options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  return Promise.resolve()
}
