import { programModule } from '../../kernel/program-files.ts'

/** The entry of a process that does the engine's work for the system. */
export function engineChildUrl(): URL {
  return programModule('services/execution/engine-child')
}
