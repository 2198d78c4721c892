/** What a service needs, looked at where it stands: every line says what to paste when it is missing. */
import fs from 'node:fs'
import path from 'node:path'
import type { CommandContext } from '../command.ts'
import { type Check, fine, missing } from '../doctor/check.ts'
import { isLive, SERVICE, type ServicePlaces, systemctl } from './places.ts'

const INSTALL = 'neonpro-backup service install'

export function serviceChecks(context: CommandContext, places: ServicePlaces): Check[] {
  const { t } = context
  const { at, user, account, home, unit, keyFile, root, accountFile } = places
  const install = isLive(places) ? INSTALL : `${INSTALL} --root ${root}`
  const of = (what: string, isOk: boolean, remedy: string): Check => (isOk ? fine(what) : missing(what, remedy))
  const isNamed = account !== undefined || (!isLive(places) && fs.existsSync(at(accountFile)))
  const command = commandOf(at(unit))
  return [
    of(t('service.check.unit', { file: unit }), command !== undefined, install),
    ...(command === undefined
      ? []
      : [
          of(
            t('service.check.program', { file: command }),
            fs.existsSync(at(command)) || fs.existsSync(command),
            install,
          ),
        ]),
    of(t('service.check.account', { user }), isNamed, install),
    of(t('service.check.home', { folder: home, user }), isNamed && isOwned(at(home), account?.uid), install),
    of(
      t('service.check.key', { file: keyFile }),
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

function isClosed(file: string): boolean {
  const status = fs.statSync(file, { throwIfNoEntry: false })
  return status?.isFile() === true && (status.mode & 0o077) === 0
}

/** Never a new key: it would open nothing that is in the repository. */
function keyRemedy({ t }: CommandContext, { file, install }: { file: string; install: string }): string {
  return fs.existsSync(file) ? `chmod 600 ${file}` : t('service.check.keyFile', { install })
}

/** A repository that the service's user may not write to is found at night otherwise. */
export function accessChecks({ t }: CommandContext, places: ServicePlaces): Check[] {
  const { at, dropIn, account, user, repository } = places
  const text = fs.existsSync(at(dropIn)) ? fs.readFileSync(at(dropIn), 'utf8') : ''
  const named = repository ?? /^Environment="?NEONPRO_REPOSITORY=([^"\n]+)"?$/m.exec(text)?.[1]
  if (named === undefined) return []
  const folder = at(named)
  const what = t('service.check.repository', { folder: named, user })
  if (!fs.existsSync(folder)) return [missing(what, `${INSTALL} --repo ${named}`)]
  if ((account || !isLive(places)) && isOwned(folder, account?.uid)) return [fine(what)]
  return [missing(what, `chown -R ${user}: ${path.resolve(named)}`)]
}

function runningChecks({ t }: CommandContext, places: ServicePlaces): Check[] {
  if (!isLive(places)) return []
  const enabled = systemctl('is-enabled', SERVICE)
  const active = systemctl('is-active', SERVICE)
  if (!enabled || !active) return [missing(t('service.check.systemd'), t('service.noSystemd'))]
  const start = `systemctl enable --now ${SERVICE}`
  return [
    enabled.isOk ? fine(t('service.check.enabled')) : missing(t('service.check.enabled'), start),
    active.isOk
      ? fine(t('service.check.active'))
      : missing(t('service.check.active'), `journalctl -u ${SERVICE} -n 20`),
  ]
}
