/** The unit that is shipped, made to fit this installation. */
import fs from 'node:fs'
import { programFolder } from '../../kernel/program-files.ts'
import type { ServicePlaces } from './places.ts'

const SHIPPED_HOME = '/var/lib/neonpro-backup'

/**
 * The unit for this machine: with this Node and this program, whatever PATH the service will have. `program` is the
 * launcher's real path, `node` the interpreter's with its options.
 */
export function unitText(
  { user, home }: ServicePlaces,
  { node, program }: { readonly node: readonly string[]; readonly program: string },
): string {
  const command = [...node, program, 'serve'].map((word) => quoted(word).replaceAll('$', '$$$$')).join(' ')
  const text = fs.readFileSync(new URL('packaging/systemd/neonpro-backup.service', programFolder()), 'utf8')
  const fitted = text
    .replace(/^ExecStart=.*$/m, () => `ExecStart=${command}`)
    .replace(/^(User|Group)=.*$/gm, (_, name: string) => `${name}=${user}`)
  if (home === SHIPPED_HOME) return fitted
  return fitted
    .replaceAll(new RegExp(`=${SHIPPED_HOME}$`, 'gm'), () => `=${specifierSafe(home)}`)
    .replace(`NEONPRO_BACKUP_HOME=${SHIPPED_HOME}`, () => `NEONPRO_BACKUP_HOME=${specifierSafe(home)}`)
}

/** What is true of this machine alone, apart from the unit, which a newer version replaces. */
export function dropInText({ repository, repositoryFolder, home }: ServicePlaces): string {
  const paths = [
    ...(repositoryFolder === undefined ? [] : [repositoryFolder]),
    ...(home.startsWith('/var/lib/') ? [] : [home]),
  ]
  return [
    '# Written by "neonpro-backup service install".',
    '[Unit]',
    ...paths.map((each) => `RequiresMountsFor=${quoted(each)}`),
    '[Service]',
    ...(repository === undefined ? [] : [`Environment=${quoted(`NEONPRO_REPOSITORY=${repository}`)}`]),
    ...paths.map((each) => `ReadWritePaths=${quoted(each)}`),
    '',
  ].join('\n')
}

export function accountFileText({ user, home }: ServicePlaces): string {
  return `# Written by "neonpro-backup service install".\nu ${user} - "NeonPro Backup" ${home} /usr/sbin/nologin\n`
}

/** As systemd reads it: one word, whatever stands in it. A command line also expands variables, a setting does not. */
function quoted(text: string): string {
  const safe = specifierSafe(text)
  return /^[\w@%+=:,./-]+$/.test(safe) ? safe : `"${safe.replace(/["\\]/g, '\\$&')}"`
}

/** What `quoted` made of a text, back again. */
export function unquoted(word: string): string {
  const text = word.startsWith('"') ? word.slice(1, -1).replace(/\\(["\\])/g, '$1') : word
  return text.replaceAll('%%', '%')
}

function specifierSafe(text: string): string {
  return text.replaceAll('%', '%%')
}
