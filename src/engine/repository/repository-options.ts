import type { HeadMemory } from './client-state.ts'

export interface RepositoryOptions {
  readonly signal?: AbortSignal
  /**
   * What this client remembers of the repository with that id: every reading of its history is held against it, and
   * adds to it. Default: nothing.
   */
  readonly memory?: (repositoryId: Buffer) => HeadMemory
  /** Opens with a keyring that is older than one that was seen, for whoever accepts that. Default false. */
  readonly acceptsRollback?: boolean
  /** Makes the configuration anew where it is lost and the keyrings are not. Default false: REPOSITORY_CONFIG_LOST. */
  readonly remakesConfig?: boolean
  /**
   * Folder for unfinished packs, where the store has none of its own; made when needed. Default: a private one below
   * the system's folder for temporary files.
   */
  readonly workspace?: string
}
