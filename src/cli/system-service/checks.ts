/** What a service needs, looked at where it stands: every line says what to paste when it is missing. */
import fs from 'node:fs'
import path from 'node:path'
import { nameOfUser } from '../../kernel/run-as.ts'
import { parseLocation, storage } from '../../system/compose.ts'
import type { CommandContext } from '../command.ts'
import { SubjectKind } from '../doctor/catalog.ts'
import { type Check, fine, type Looked, missing, subjects } from '../doctor/check.ts'
import { isLive, SERVICE, type ServicePlaces, systemctl } from './places.ts'
import { unquoted } from './unit.ts'

const INSTALL = 'neonpro-backup service install'

export function serviceChecks(context: CommandContext, places: ServicePlaces): Check[] {
  const { t } = context
  const { at, user, account, home, unit, keyFile, root, accountFile } = places
  const install = isLive(places) ? INSTALL : `${INSTALL} --root ${root}`
  const of = (looked: Required<Looked>, isOk: boolean, remedy: string): Check =>
    isOk ? fine(looked) : missing(looked, remedy)
  const [byPath, byUser] = [(file: string) => subjects(SubjectKind.PATH, file), subjects(SubjectKind.USER, user)]
  const isNamed = account !== undefined || (!isLive(places) && fs.existsSync(at(accountFile)))
  const command = commandOf(at(unit))
  return [
    of(
      {
        id: 'SERVICE_UNIT',
        message: t('service.check.unit', { file: unit }),
        amiss: t(fs.existsSync(at(unit)) ? 'service.check.emptyUnit' : 'service.check.absent', { place: unit }),
        about: byPath(unit),
      },
      command !== undefined,
      install,
    ),
    ...(command === undefined
      ? []
      : [
          of(
            {
              id: 'SERVICE_PROGRAM',
              message: t('service.check.program', { file: command }),
              amiss: t('service.check.noProgram', { file: command }),
              about: byPath(command),
            },
            fs.existsSync(at(command)) || fs.existsSync(command),
            install,
          ),
        ]),
    of(
      {
        id: 'SERVICE_ACCOUNT',
        message: t('service.check.account', { user }),
        amiss: t('service.check.noAccount', { user }),
        about: byUser,
      },
      isNamed,
      install,
    ),
    of(
      {
        id: 'SERVICE_HOME',
        message: t('service.check.home', { folder: home, user }),
        amiss: notOwned(context, { place: home, there: at(home), user }),
        about: [...byPath(home), ...byUser],
      },
      isNamed && isOwned(at(home), account?.uid),
      install,
    ),
    of(
      {
        id: 'SERVICE_KEY',
        message: t('service.check.key', { file: keyFile }),
        amiss: notClosed(context, keyFile, at(keyFile)),
        about: byPath(keyFile),
      },
      isClosed(at(keyFile)),
      keyRemedy(context, { file: at(keyFile), install }),
    ),
    ...accessChecks(context, places),
    ...runningChecks(context, places),
  ]
}

/** The first word of ExecStart; undefined where there is no unit. */
function commandOf(unit: string): string | undefined {
  if (!fs.existsSync(unit)) return undefined
  const [, quoted, plain] = /^ExecStart=(?:"([^"]+)"|(\S+))/m.exec(fs.readFileSync(unit, 'utf8')) ?? []
  return quoted ?? plain
}

function isOwned(folder: string, uid: number | undefined): boolean {
  const status = fs.statSync(folder, { throwIfNoEntry: false })
  return status?.isDirectory() === true && (uid === undefined || status.uid === uid)
}

interface Owned {
  /** As the service names it. */
  readonly place: string
  /** Where that is now: an image may be mounted. */
  readonly there: string
  readonly user: string
}

function notOwned({ t }: CommandContext, { place, there, user }: Owned): string {
  const status = fs.statSync(there, { throwIfNoEntry: false })
  if (!status) return t('service.check.absent', { place })
  if (!status.isDirectory()) return t('service.check.noFolder', { place })
  return t('service.check.notOwned', { place, owner: nameOfUser(status.uid), user })
}

function notClosed({ t }: CommandContext, file: string, there: string): string {
  const status = fs.statSync(there, { throwIfNoEntry: false })
  if (!status) return t('service.check.absent', { place: file })
  if (!status.isFile()) return t('service.check.noFile', { place: file })
  return t('service.check.openKey', { file, mode: (status.mode & 0o7777).toString(8) })
}

function isClosed(file: string): boolean {
  const status = fs.statSync(file, { throwIfNoEntry: false })
  return status?.isFile() === true && (status.mode & 0o077) === 0
}

/** Never a new key: it would open nothing that is in the repository. */
function keyRemedy({ t }: CommandContext, { file, install }: { file: string; install: string }): string {
  return fs.existsSync(file) ? `chmod 600 ${file}` : t('service.check.keyFile', { install })
}

/** A repository that the service's user may not write to is found at night otherwise. */
export function accessChecks(context: CommandContext, places: ServicePlaces): Check[] {
  const { at, dropIn, account, user } = places
  const text = fs.existsSync(at(dropIn)) ? fs.readFileSync(at(dropIn), 'utf8') : ''
  const [, word] = /^Environment=(.*)$/m.exec(text) ?? []
  const told = word === undefined ? undefined : unquoted(word).replace(/^NEONPRO_REPOSITORY=/, '')
  const named = places.repositoryFolder ?? (told === undefined ? undefined : storage.localRootOf(parseLocation(told)))
  // Anywhere else no folder's rights decide.
  if (named === undefined) return []
  const folder = at(named)
  const looked = {
    id: 'SERVICE_REPOSITORY',
    message: context.t('service.check.repository', { folder: named, user }),
    amiss: notOwned(context, { place: named, there: folder, user }),
    about: [...subjects(SubjectKind.PATH, named), ...subjects(SubjectKind.USER, user)],
  } as const
  if (!fs.existsSync(folder)) return [missing(looked, `${INSTALL} --repo ${named}`)]
  if ((account || !isLive(places)) && isOwned(folder, account?.uid)) return [fine(looked)]
  return [missing(looked, `chown -R ${user}: ${path.resolve(named)}`)]
}

function runningChecks(context: CommandContext, places: ServicePlaces): Check[] {
  if (!isLive(places)) return []
  return stateChecks(context, systemctl('is-enabled', SERVICE), systemctl('is-active', SERVICE))
}

type Answered = ReturnType<typeof systemctl>

export function stateChecks({ t }: CommandContext, enabled: Answered, active: Answered): Check[] {
  if (!enabled || !active)
    return [missing({ id: 'SERVICE_MANAGER', message: t('service.check.systemd') }, t('service.check.byHand'))]
  const [starts, runs] = [
    { id: 'SERVICE_ENABLED', message: t('service.check.enabled'), amiss: t('service.check.notEnabled') },
    { id: 'SERVICE_ACTIVE', message: t('service.check.active'), amiss: t('service.check.notActive') },
  ] as const
  return [
    enabled.isOk ? fine(starts) : missing(starts, `systemctl enable --now ${SERVICE}`),
    active.isOk ? fine(runs) : missing(runs, `journalctl -u ${SERVICE} -n 20`),
  ]
}
