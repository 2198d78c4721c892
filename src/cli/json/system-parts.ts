/** What the system shows, as its answers hold it: the library's own schemas. */
import { viewSchemas } from '../../contracts/system/index.ts'

export const {
  configMembers,
  config,
  run,
  point,
  recovery,
  repositoryStanding,
  alert,
  channelTest,
  scheduler,
  simulation,
  lastVerification,
  secondCopy,
  verdict,
} = viewSchemas
