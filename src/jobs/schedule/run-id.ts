import { createHash } from 'node:crypto'
import { isoTime } from '../../kernel/clock.ts'

/**
 * The id of the run of a configuration at a due time: the same for every scheduler, also after the database was made
 * anew. A UUID of version 8 over SHA-256("neonpro-run|" configId "|" ISO time); a run asked for by hand has a random
 * one of version 4.
 */
export function scheduledRunId(configId: string, dueAtMs: number): string {
  const bytes = createHash('sha256')
    .update(`neonpro-run|${configId}|${isoTime(dueAtMs)}`)
    .digest()
    .subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
