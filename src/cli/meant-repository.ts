/** Which repository a command means: the one that it names, else that of the system in HOME. */
import fs from 'node:fs'
import { BackupError } from '../kernel/backup-error.ts'
import { printable } from '../kernel/printable.ts'
import { nameOfUser } from '../kernel/run-as.ts'
import { storage } from '../system/compose.ts'
import { readSettled, type Settled, settledFile } from '../system/settings/settled.ts'
import { type CommandContext, homeOf, textOption } from './command.ts'

/** By `--repo` or NEONPRO_REPOSITORY. */
export function namedRepository({ options, env }: CommandContext): string | undefined {
  return textOption(options, 'repo') || env['NEONPRO_REPOSITORY'] || undefined
}

/** Throws USAGE where none is named: what makes a repository takes its place from no memory. */
export function requireNamedRepository(context: CommandContext): string {
  const named = namedRepository(context)
  if (named === undefined) throw new BackupError('USAGE', 'Name the repository with --repo or NEONPRO_REPOSITORY.')
  return named
}

/** The one that is named, else the remembered one; undefined where there is neither, or it is not to be relied on. */
export function meantRepository(context: CommandContext): string | undefined {
  const named = namedRepository(context)
  if (named !== undefined) return named
  const settled = settledOf(context)
  return settled && ownerElsewhere(context) === undefined ? settled.repository : undefined
}

/** The same. Throws USAGE where there is none, REPOSITORY_OTHER where a variable names another than the remembered. */
export function requireRepository(context: CommandContext): string {
  const meant = meantRepository(context)
  if (meant === undefined) throw notNamed(context)
  if (namedRepository(context) === undefined) refuseOther(context, meant)
  return meant
}

/** What the system in HOME is settled on, whoever that belongs to. */
export function settledOf(context: CommandContext): Settled | undefined {
  return readSettled(homeOf(context))
}

/**
 * The user whose memory it is, where that is another: who writes it would choose where this one's data goes and what it
 * is sealed with.
 */
function ownerElsewhere(context: CommandContext): string | undefined {
  const self = process.geteuid?.()
  const home = homeOf(context)
  if (self === undefined) return undefined
  // A mount point may be root's.
  const owners = [fs.lstatSync(settledFile(home)).uid, fs.statSync(home).uid || self]
  const other = owners.find((uid) => uid !== self)
  return other === undefined ? undefined : nameOfUser(other)
}

function notNamed(context: CommandContext): BackupError {
  const settled = settledOf(context)
  if (!settled) return new BackupError('USAGE', 'Name the repository with --repo or NEONPRO_REPOSITORY.')
  const [home, owner] = [homeOf(context), ownerElsewhere(context)]
  return new BackupError(
    'USAGE',
    `Name the repository with --repo or NEONPRO_REPOSITORY: ${home} belongs to ${owner}, and only that user's commands take the repository from it (${printable(settled.repository)}).`,
  )
}

/** The variables of a provider name a place, too: what the system would refuse, a single command does not pass over. */
function refuseOther({ env }: CommandContext, remembered: string): void {
  const place = storage.placeIn(env)
  if (!place || storage.isPlace(remembered, place)) return
  throw new BackupError('REPOSITORY_OTHER', `This system's repository is ${remembered}.`, {
    context: { known: remembered, repository: storage.labelOf(place) },
  })
}
