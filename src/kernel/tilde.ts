/**
 * `~/x` where no shell has expanded it: behind `=`, in a unit, in an environment file. It is the user's folder; one that
 * is really called `~` is written `./~`. Another user's `~name` only a shell looks up: here it would be a new folder of
 * that name, so it is refused.
 */
import os from 'node:os'
import { BackupError } from './backup-error.ts'

type Env = Readonly<Record<string, string | undefined>>

const PATHS = ['NEONPRO_REPOSITORY', 'NEONPRO_BACKUP_HOME', 'BACKUP_LOCAL_PATH', 'LOGS_DIRECTORY']
/** Of these only what names a file: a passphrase may begin with anything. */
const KEYS = ['BACKUP_ENCRYPTION_KEY', 'BACKUP_ENCRYPTION_KEY_PREVIOUS']

/** Of a path, or a `file:` location. */
export function expandTilde(text: string, env: Env): string {
  return text.replace(/^(file:)?~(?=\/|$)/, (_, scheme = '') => `${scheme}${homeOf(env)}`)
}

/** `~name` at the beginning of a path or a `file:` location, where it is written as the folder of another user. */
export function othersTilde(text: string): string | undefined {
  return /^(?:file:)?(~[A-Za-z_][\w-]*)(?=\/|$)/.exec(text)?.[1]
}

/** Where nothing is expanded: `~`, `~/x` and `~name/x` would be folders of these very names. */
export const TILDE_KEPT = '"~" is not replaced here: write the full path, or ./ before a name that really begins so'

export function isTilded(text: string): boolean {
  return /^(file:)?~(\/|$)/.test(text) || othersTilde(text) !== undefined
}

/** The same of the variables that name places. `origin` is put before the name of one. Throws CONFIG_INVALID. */
export function expandVariables(env: Env, origin = ''): Env {
  refuseOthers(env, origin)
  const expanded: Record<string, string> = {}
  for (const name of PATHS) if (env[name] !== undefined) expanded[name] = expandTilde(env[name], env)
  for (const name of KEYS)
    if (env[name] !== undefined)
      expanded[name] = env[name].replace(
        /(^|[,\n])(\s*file:)~(?=\/)/g,
        (_, before, form) => before + form + homeOf(env),
      )
  return { ...env, ...expanded }
}

function refuseOthers(env: Env, origin: string): void {
  const files = (text: string) => text.split(/[,\n]/).filter((each) => each.trim().startsWith('file:'))
  for (const name of [...PATHS, ...KEYS]) {
    const value = env[name] ?? ''
    const places = KEYS.includes(name) ? files(value) : [value]
    const tilde = places.map((each) => othersTilde(each.trim())).find(Boolean)
    if (tilde !== undefined)
      throw new BackupError('CONFIG_INVALID', `${name} begins with ${tilde}, which only a shell looks up.`, {
        context: {
          path: `${origin}${name}`,
          why: `${tilde} is the folder of another user, which only a shell looks up`,
          accepted: 'the full path; ~/ for the own folder; ./~ before a name that really begins so',
        },
      })
  }
}

function homeOf(env: Env): string {
  return env['HOME'] || os.homedir()
}
