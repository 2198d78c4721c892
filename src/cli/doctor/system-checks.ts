/**
 * What a system that runs by itself needs beside a repository: folders it may write, room, a key apart from the data,
 * somebody who is told.
 */
import fs from 'node:fs'
import path from 'node:path'
import { isBackupError, systemCode } from '../../kernel/backup-error.ts'
import { userName } from '../../kernel/machine.ts'
import { thresholdsOf } from '../../services/alarms/thresholds.ts'
import { storage } from '../../system/compose.ts'
import { readKeys, type Settings } from '../../system/settings/index.ts'
import type { CommandContext } from '../command.ts'
import { formatBytes, quoted } from '../format.ts'
import { Severity, SubjectKind } from './catalog.ts'
import { advice, type Check, failed, fine, missing, subjects, tried } from './check.ts'

/** Below this share of a disk it is time to act. */
const FREE_SHARE_MIN = 0.05

export async function systemChecks(context: CommandContext, { values, warnings }: Settings): Promise<Check[]> {
  const { t } = context
  return [
    await tried(context, { id: 'KEY_APART', message: t('doctor.keyApart') }, () => readKeys(values)),
    writableCheck(context, values.home),
    ...spaceChecks(
      context,
      [...new Set([values.home, storage.localRootOf(values.repository) ?? values.home])],
      thresholdsOf(values).minFreeSpace,
    ),
    logCheck(context, values.logsDirectory),
    ...channelChecks(context, values.channels),
    ...(await probeChecks(context, values.channels)),
    ...warnings.map(({ code, message }) =>
      advice({ id: 'SETTINGS_WARNING', message: code, about: subjects(SubjectKind.CODE, code) }, message),
    ),
  ]
}

function writableCheck(context: CommandContext, home: string): Check {
  const { t } = context
  const looked = {
    id: 'HOME_WRITABLE',
    message: t('doctor.writable', { folder: home }),
    about: subjects(SubjectKind.PATH, home),
  } as const
  try {
    fs.accessSync(home, fs.constants.W_OK | fs.constants.X_OK)
    return fine(looked)
  } catch (error) {
    const cause = systemCode(error)
    if (cause === 'EROFS') return failed(context, { ...looked, amiss: t('doctor.notWritten', { folder: home }) }, error)
    if (cause === 'ENOENT')
      return missing({ ...looked, amiss: t('doctor.noFolder', { folder: home }) }, `mkdir -p -m 0700 ${quoted(home)}`)
    const amiss = t('doctor.notWritable', { folder: home, user: userName(), cause: cause ?? '' })
    return missing({ ...looked, amiss }, `chown -R "$(id -un)" ${quoted(home)}`)
  }
}

/** Of the nearest folder that is there. */
export function spaceChecks({ t }: CommandContext, places: readonly string[], bytesMin: number): Check[] {
  return places.flatMap((place) => {
    const space = spaceOf(place)
    if (!space) return []
    const message = t('doctor.space', {
      folder: place,
      free: formatBytes(space.bytesFree),
      total: formatBytes(space.bytesTotal),
    })
    const looked = { id: 'SPACE', message, about: subjects(SubjectKind.PATH, place) } as const
    const limit = Math.max(bytesMin, space.bytesTotal * FREE_SHARE_MIN)
    if (space.bytesFree >= limit) return [fine(looked)]
    const commands = `df -h ${quoted(place)}; neonpro-backup forget --keep-daily 14 --dry-run; neonpro-backup prune`
    return [missing(looked, t('doctor.spaceRemedy', { limit: formatBytes(limit), commands }))]
  })
}

export function spaceOf(place: string): { readonly bytesFree: number; readonly bytesTotal: number } | undefined {
  for (let at = place; ; at = path.dirname(at)) {
    try {
      const { bavail, blocks, bsize } = fs.statfsSync(at)
      return { bytesFree: bavail * bsize, bytesTotal: blocks * bsize }
    } catch {
      if (at === path.dirname(at)) return undefined
    }
  }
}

function logCheck({ t }: CommandContext, directory: string): Check {
  const file = path.join(directory, 'backup.log')
  const errors = lastErrors(file)
  const looked = (message: string) => ({ id: 'LOG', message, about: subjects(SubjectKind.PATH, file) }) as const
  if (errors === undefined) return advice(looked(t('doctor.noLog', { file })), `ls -la ${quoted(directory)}`)
  if (errors.length === 0) return fine(looked(t('doctor.log', { file })))
  const message = t('doctor.logErrors', { file, count: errors.length, last: errors.at(-1)! })
  return advice(looked(message), `tail -n 50 ${quoted(file)}`)
}

const LOG_TAIL_BYTES = 256 * 1024

/** Error lines at the end of the log; undefined where there is none. */
function lastErrors(file: string): string[] | undefined {
  let descriptor: number | undefined
  try {
    // Opening a pipe in its place would wait for a writer.
    descriptor = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
    const { size } = fs.fstatSync(descriptor)
    const bytes = Buffer.alloc(Math.min(size, LOG_TAIL_BYTES))
    fs.readSync(descriptor, bytes, 0, bytes.length, size - bytes.length)
    return bytes.toString('utf8').split('\n').flatMap(errorLine)
  } catch {
    return undefined
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor)
  }
}

function errorLine(line: string): string[] {
  if (!line.includes('"level":"error"') && !line.includes('"level":"fatal"')) return []
  try {
    const { time, msg, code } = JSON.parse(line) as { time?: unknown; msg?: unknown; code?: unknown }
    // Of a failed run the code alone says why.
    return [`${String(time)} ${String(msg)}${typeof code === 'string' ? ` (${code})` : ''}`]
  } catch {
    return []
  }
}

/** A failure that nobody hears of is silent; a machine that dies can't say so itself. */
function channelChecks({ t }: CommandContext, channels: Settings['values']['channels']): Check[] {
  const hasMail = channels.smtpUrl !== undefined && (channels.emailTo ?? []).length > 0
  const heartbeat = channels.healthcheckUrl !== undefined && !channels.healthcheckUrl.includes('{slug}')
  const told = { id: 'CHANNELS', message: t('doctor.channel'), amiss: t('doctor.noChannel') } as const
  const mail = subjects(SubjectKind.CHANNEL, 'email')
  const beat = {
    id: 'HEARTBEAT',
    message: t('doctor.heartbeat'),
    amiss: t('doctor.noHeartbeat'),
    about: subjects(SubjectKind.CHANNEL, 'healthcheck'),
  } as const
  return [
    hasMail || channels.webhookUrl !== undefined ? fine(told) : advice(told, t('doctor.channelRemedy')),
    ...(channels.smtpUrl !== undefined && !hasMail
      ? [missing({ id: 'MAIL_RECEIVER', message: t('doctor.noReceiver'), about: mail }, t('doctor.receiverRemedy'))]
      : []),
    heartbeat ? fine(beat) : advice(beat, t('doctor.heartbeatRemedy')),
  ]
}

/** Each channel as it would be used, but without a message: a dead one is as good as none. */
async function probeChecks(context: CommandContext, channels: Settings['values']['channels']): Promise<Check[]> {
  const { t, locale } = context
  const { openNotifiers } = await import('../../system/compose-channels.ts')
  // Half a set-up opens nothing.
  const looked = { id: 'CHANNEL_SETTINGS', message: t('doctor.channels') } as const
  const whole = await tried(context, looked, () => openNotifiers(channels))
  if (whole.severity !== Severity.OK) return [whole]
  const isSetUp = (carries: string) => carries === 'ALARM' || channels.healthcheckUrl !== undefined
  const probed = openNotifiers(channels).filter(({ carries, probe }) => isSetUp(carries) && probe !== undefined)
  return await Promise.all(
    probed.map(async ({ kind, title, probe }) => {
      const looked = (message: string) =>
        ({ id: 'CHANNEL_ANSWERS', message, about: subjects(SubjectKind.CHANNEL, kind) }) as const
      try {
        await probe!({ signal: context.signal })
        return fine(looked(t('doctor.probe', { channel: title[locale] })))
      } catch (error) {
        if (!isBackupError(error) || error.code === 'ABORTED') throw error
        const cause = String(error.context['cause'] ?? error.code)
        return missing(
          looked(t('doctor.probeFailed', { channel: title[locale], cause })),
          t('doctor.probeRemedy', { channel: kind }),
        )
      }
    }),
  )
}
