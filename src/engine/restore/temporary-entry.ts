/** Entries of the target that are not yet under their own name. */
import { randomBytes } from 'node:crypto'
import { FileType, fileTypeOf } from '../../contracts/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isProcessAlive, machineTag } from '../../kernel/machine.ts'
import type { SystemCalls } from '../../kernel/system-calls.ts'
import type { DirectoryPage } from '../snapshot/index.ts'

/** Machine, process, random. */
const TEMPORARY = /^\.neonpro-([0-9a-f]{8})-(\d+)-[0-9a-f]{16}$/

const ours = randomBytes(4).toString('hex')
let count = 0

/**
 * One that this process has not used yet; another of the same number, long gone or beside it in a container, had other
 * random digits.
 */
export function temporaryName(): string {
  count += 1
  return `.neonpro-${machineTag()}-${process.pid}-${ours}${(count >>> 0).toString(16).padStart(8, '0')}`
}

/**
 * True for what a process of this machine left that is gone; with `ofAll` also for what another machine left, which
 * can't be looked up.
 */
export function isLeftover(name: string, { ofAll }: { readonly ofAll: boolean }): boolean {
  const [, tag, owner] = TEMPORARY.exec(name) ?? []
  return tag !== undefined && (ofAll || (tag === machineTag() && !isProcessAlive(Number(owner))))
}

/** Makes a link, a device, a pipe or a socket. */
export function makeSpecial(
  calls: SystemCalls,
  { page, entry }: { readonly page: DirectoryPage; readonly entry: number },
  at: { readonly directory: number; readonly name: string },
): void {
  const mode = page.columns.mode(entry)
  if (fileTypeOf(mode) === FileType.LINK) {
    const link = page.extra(entry, 1)
    if (!link) throw new BackupError('DAMAGED', 'A symbolic link has no target.')
    return calls.symlinkat(link, at.directory, at.name)
  }
  const device = Buffer.from(page.extra(entry, 3) ?? Buffer.alloc(8))
  calls.mknodat(at.directory, at.name, {
    mode: (mode & 0o170000) | 0o600,
    major: device.readUInt32LE(0),
    minor: device.readUInt32LE(4),
  })
}
