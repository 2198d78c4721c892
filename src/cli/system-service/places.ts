/** Where a service stands on this machine, or in an image below another root. */
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { BackupError } from '../../kernel/backup-error.ts'
import { parseLocation, storage } from '../../system/compose.ts'
import { type CommandContext, textOption } from '../command.ts'
import { runTool } from './tool.ts'

export const SERVICE = 'neonpro-backup'
const USER = 'neonpro'
const HOME = '/var/lib/neonpro-backup'
/** Of the unit of earlier versions. */
const FORMER_HOME = '/var/lib/neonpro'
const USER_NAME = /^[a-z_][a-z0-9_-]{0,31}$/

export interface Account {
  readonly uid: number
  readonly gid: number
}

export interface ServicePlaces {
  /** `/`, or the folder that an image is made in: every path below is as it will be there. */
  readonly root: string
  /** The path of this machine at which a path of the service lies. */
  readonly at: (file: string) => string
  readonly user: string
  /** Undefined while there is no such user. */
  readonly account: Account | undefined
  readonly home: string
  /** An earlier version's HOME is used on: it is never passed over for an empty one. */
  readonly isFormerHome: boolean
  readonly unit: string
  readonly dropIn: string
  readonly accountFile: string
  readonly keyFile: string
  readonly logs: string
  /** As the service is told of it. */
  readonly repository: string | undefined
  /** Where it lies on this machine; undefined for any other place. */
  readonly repositoryFolder: string | undefined
}

/** Throws USAGE for a user name that no system takes. */
export function placesOf({ options }: CommandContext): ServicePlaces {
  const root = path.resolve(textOption(options, 'root') ?? '/')
  const at = (file: string) => path.join(root, file)
  const user = textOption(options, 'user') ?? USER
  if (!USER_NAME.test(user)) throw new BackupError('USAGE', `--user takes the name of a user, not "${user}".`)
  const isFormerHome = textOption(options, 'home') === undefined && isUsed(at(FORMER_HOME)) && !isUsed(at(HOME))
  const repository = textOption(options, 'repo')
  return {
    root,
    at,
    user,
    account: accountOf(user, at('/etc/passwd')),
    home: path.resolve(textOption(options, 'home') ?? (isFormerHome ? FORMER_HOME : HOME)),
    isFormerHome,
    unit: `/etc/systemd/system/${SERVICE}.service`,
    dropIn: `/etc/systemd/system/${SERVICE}.service.d/local.conf`,
    accountFile: `/etc/sysusers.d/${SERVICE}.conf`,
    keyFile: '/etc/neonpro/key',
    logs: '/var/log/neonpro',
    repository: repository === undefined ? undefined : toldRepository(repository),
    repositoryFolder: repository === undefined ? undefined : storage.localRootOf(parseLocation(repository)),
  }
}

/** Absolute, and without a secret: every user may read what a service is told. */
function toldRepository(text: string): string {
  const location = parseLocation(text)
  const root = storage.localRootOf(location)
  const query = /\?.*$/.exec(text)?.[0] ?? ''
  // Modes and owner are told by a URL alone.
  return root !== undefined && /^file:/i.test(text) && query !== ''
    ? `${pathToFileURL(root).href}${query}`
    : storage.labelOf(location)
}

/** True where the machine that runs is meant, and not an image. */
export function isLive({ root }: ServicePlaces): boolean {
  return root === '/'
}

function isUsed(home: string): boolean {
  return ['database', 'config.json', 'repositories'].some((name) => fs.existsSync(path.join(home, name)))
}

function accountOf(user: string, passwd: string): Account | undefined {
  const lines = fs.existsSync(passwd) ? fs.readFileSync(passwd, 'utf8').split('\n') : []
  const fields = lines.map((line) => line.split(':')).find(([name]) => name === user)
  return fields === undefined ? undefined : { uid: Number(fields[2]), gid: Number(fields[3]) }
}

/** Undefined where there is no systemd; else what it answers. */
export function systemctl(...args: readonly string[]): { readonly isOk: boolean; readonly said: string } | undefined {
  if (!fs.existsSync('/run/systemd/system')) return undefined
  const { status, stdout, stderr } = runTool('systemctl', args)
  return { isOk: status === 0, said: `${stdout}${stderr}`.trim() }
}
