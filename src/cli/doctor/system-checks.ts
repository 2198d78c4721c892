/**
 * What a system that runs by itself needs beside a repository: folders it may write, room, a key apart from the data,
 * somebody who is told.
 */
import fs from 'node:fs'
import path from 'node:path'
import { isBackupError, systemCode } from '../../kernel/backup-error.ts'
import { readKeys, type Settings } from '../../system/settings/index.ts'
import type { CommandContext } from '../command.ts'
import { formatBytes } from '../format.ts'
import { advice, type Check, fine, missing, tried } from './check.ts'

/** Below this share of a disk it is time to act. */
const FREE_SHARE_MIN = 0.05

export async function systemChecks(context: CommandContext, { values, warnings }: Settings): Promise<Check[]> {
  const { t } = context
  return [
    await tried(context, t('doctor.keyApart'), () => readKeys(values)),
    writableCheck(context, values.home),
    ...spaceChecks(context, [...new Set([values.home, values.repository.path])]),
    logCheck(context, values.logsDirectory),
    ...channelChecks(context, values.channels),
    ...(await probeChecks(context, values.channels)),
    ...warnings.map(({ code, message }) => advice(code, message)),
  ]
}

function writableCheck({ t }: CommandContext, home: string): Check {
  const what = t('doctor.writable', { folder: home })
  try {
    fs.accessSync(home, fs.constants.W_OK | fs.constants.X_OK)
    return fine(what)
  } catch (error) {
    return missing(
      what,
      systemCode(error) === 'ENOENT' ? `mkdir -p -m 0700 ${quoted(home)}` : `chown -R "$(id -un)" ${quoted(home)}`,
    )
  }
}

/** Of the nearest folder that is there. */
export function spaceChecks({ t }: CommandContext, places: readonly string[], bytesMin = 0): Check[] {
  return places.flatMap((place) => {
    const space = spaceOf(place)
    if (!space) return []
    const what = t('doctor.space', {
      folder: place,
      free: formatBytes(space.bytesFree),
      total: formatBytes(space.bytesTotal),
    })
    const isEnough = space.bytesFree >= bytesMin && space.bytesFree >= space.bytesTotal * FREE_SHARE_MIN
    return [
      isEnough
        ? fine(what)
        : missing(
            what,
            `df -h ${quoted(place)}; neonpro-backup forget --keep-daily 14 --dry-run; neonpro-backup prune`,
          ),
    ]
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
  if (errors === undefined) return advice(t('doctor.noLog', { file }), `ls -la ${quoted(directory)}`)
  return errors.length === 0
    ? fine(t('doctor.log', { file }))
    : advice(t('doctor.logErrors', { file, count: errors.length, last: errors.at(-1)! }), `tail -n 50 ${quoted(file)}`)
}

const LOG_TAIL_BYTES = 256 * 1024

/** Error lines at the end of the log; undefined where there is none. */
function lastErrors(file: string): string[] | undefined {
  let descriptor: number | undefined
  try {
    descriptor = fs.openSync(file, 'r')
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
    const { time, msg } = JSON.parse(line) as { time?: unknown; msg?: unknown }
    return [`${String(time)} ${String(msg)}`]
  } catch {
    return []
  }
}

/** A failure that nobody hears of is silent; a machine that dies can't say so itself. */
function channelChecks({ t }: CommandContext, channels: Settings['values']['channels']): Check[] {
  const hasMail = channels.smtpUrl !== undefined && (channels.emailTo ?? []).length > 0
  const heartbeat = channels.healthcheckUrl !== undefined && !channels.healthcheckUrl.includes('{slug}')
  return [
    hasMail || channels.webhookUrl !== undefined
      ? fine(t('doctor.channel'))
      : advice(t('doctor.channel'), t('doctor.channelRemedy')),
    ...(channels.smtpUrl !== undefined && !hasMail ? [missing(t('doctor.receiver'), t('doctor.receiverRemedy'))] : []),
    heartbeat ? fine(t('doctor.heartbeat')) : advice(t('doctor.heartbeat'), t('doctor.heartbeatRemedy')),
  ]
}

/** Each channel as it would be used, but without a message: a dead one is as good as none. */
async function probeChecks(context: CommandContext, channels: Settings['values']['channels']): Promise<Check[]> {
  const { t, locale } = context
  const { openNotifiers } = await import('../../system/compose-channels.ts')
  // Half a set-up opens nothing.
  const whole = await tried(context, t('doctor.channel'), () => openNotifiers(channels))
  if (!whole.isOk) return [whole]
  const isSetUp = (carries: string) => carries === 'ALARM' || channels.healthcheckUrl !== undefined
  const probed = openNotifiers(channels).filter(({ carries, probe }) => isSetUp(carries) && probe !== undefined)
  return await Promise.all(
    probed.map(async ({ kind, title, probe }) => {
      try {
        await probe!({ signal: context.signal })
        return fine(t('doctor.probe', { channel: title[locale] }))
      } catch (error) {
        if (!isBackupError(error) || error.code === 'ABORTED') throw error
        const cause = String(error.context['cause'] ?? error.code)
        return missing(
          t('doctor.probeFailed', { channel: title[locale], cause }),
          t('doctor.probeRemedy', { channel: kind }),
        )
      }
    }),
  )
}

/** As a shell takes it. */
export function quoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
