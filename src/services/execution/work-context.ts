import type { Sources } from '../../sources/index.ts'
import type { EngineProgress } from './engine-protocol.ts'

/** What every kind of work is given beside the open repository. */
export interface WorkContext {
  readonly stateDirectory: string
  readonly program: string
  readonly sources: Sources
  readonly signal: AbortSignal
  readonly onProgress: (progress: EngineProgress) => void
}
