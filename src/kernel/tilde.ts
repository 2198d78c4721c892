/**
 * `~/x` where no shell has expanded it: behind `=`, in a unit, in an environment file. It is the user's folder; one that
 * is really called `~` is written `./~`.
 */
import os from 'node:os'

type Env = Readonly<Record<string, string | undefined>>

const PATHS = ['NEONPRO_REPOSITORY', 'NEONPRO_BACKUP_HOME', 'BACKUP_LOCAL_PATH', 'LOGS_DIRECTORY']
/** Of these only what names a file: a passphrase may begin with anything. */
const KEYS = ['BACKUP_ENCRYPTION_KEY', 'BACKUP_ENCRYPTION_KEY_PREVIOUS']

/** Of a path, or a `file:` location. */
export function expandTilde(text: string, env: Env): string {
  return text.replace(/^(file:)?~(?=\/|$)/, (_, scheme = '') => `${scheme}${homeOf(env)}`)
}

/** The same of the variables that name places. */
export function expandVariables(env: Env): Env {
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

function homeOf(env: Env): string {
  return env['HOME'] || os.homedir()
}
