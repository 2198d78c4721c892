import zlib from 'node:zlib'
import { systemCalls, systemCallsMissing } from '../../kernel/system-calls.ts'
import type { CommandContext, CommandResult } from '../command.ts'

export function run(context: CommandContext): Promise<CommandResult> {
  const checks = [
    { what: `Node.js ${process.versions.node}`, isOk: true, remedy: '' },
    { what: 'zstd', isOk: typeof zlib.zstdCompressSync === 'function', remedy: 'Node.js >= 22.15' },
    { what: 'system calls (koffi)', isOk: systemCalls() !== undefined, remedy: `npm install koffi (${systemCallsMissing()})` },
    { what: 'BACKUP_ENCRYPTION_KEY', isOk: Boolean(context.env['BACKUP_ENCRYPTION_KEY']), remedy: 'neonpro-backup key generate FILE; export BACKUP_ENCRYPTION_KEY=file:FILE' },
  ]
  for (const { what, isOk, remedy } of checks) context.say(context.t(isOk ? 'doctor.ok' : 'doctor.missing', { what, remedy }))
  return Promise.resolve({ json: { checks }, exitCode: checks.every(({ isOk }) => isOk) ? 0 : 1 })
}
