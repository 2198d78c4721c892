/**
 * A process that stays: it starts due runs, carries out jobs, answers the others, and ends when it is told to, leaving
 * checkpoints.
 */
import { once } from 'node:events'
import { failureOf } from '../contracts/index.ts'
import { type BackupError, isBackupError } from '../kernel/backup-error.ts'
import { DATABASE_LATER, type ErrorCode } from '../kernel/error-code.ts'
import { sleep } from '../kernel/timer.ts'
import type { StartedSystem } from '../system/index.ts'
import type { CommandContext, CommandResult } from './command.ts'
import { formatOffset } from './format.ts'
import type { AnswerOf } from './json/index.ts'
import { watchForNewRepository } from './new-repository.ts'
import { dataOf, openCommandSystem } from './system.ts'

const RETRY_MS = 5000
const KEEP_ALIVE_MS = 2 ** 30

export async function runService(
  context: CommandContext,
  role: 'serve' | 'worker',
): Promise<CommandResult<AnswerOf<'serve'>>> {
  outliveReader()
  const waited = await startPatiently(context, role).catch((error: unknown) => {
    if (!isBackupError(error, 'ABORTED')) throw error
  })
  if (!waited) return { json: { stopped: true } }
  await using started = waited
  await (await import('./audit-act.ts')).tellLeftBehind(started)
  const status = dataOf(await started.system.getStatus(), context)
  context.say(
    context.t('serve.ready', {
      pid: String(process.pid),
      repository: status.repository,
      database: status.database,
      configs: status.configs.length,
    }),
  )
  for (const { configName, dueLocal } of status.scheduler.next.slice(0, 5))
    context.say(context.t('serve.next', { name: configName, due: formatOffset(dueLocal) }))
  if (status.configs.length === 0) context.say(context.t('serve.empty'))
  await untilAborted(context.signal)
  context.say(context.t('serve.stopping'))
  return { json: { stopped: true } }
}

/** What may change while it waits: the database, that there is a key, or that somebody has set a system up. */
const AWAITED: readonly ErrorCode[] = [...DATABASE_LATER, 'KEY_MISSING', 'SYSTEM_NOT_FOUND']

/**
 * A database that is down at start is waited for. Without a key there is nothing to do but to be set up: it says how,
 * and looks again, since `.env` and config.json may get one meanwhile. Nor does it choose a repository by itself:
 * whoever gives it the key alone may well name the true one later.
 */
async function startPatiently(context: CommandContext, role: 'serve' | 'worker'): Promise<StartedSystem> {
  let said: ErrorCode | undefined
  for (;;) {
    try {
      const madeRepository = await watchForNewRepository(context)
      const setUp = { mayCreate: 'WHERE_NAMED', mayBeginOver: false } as const
      const started = await openCommandSystem(context, { role, works: true, mustOwn: true, ...setUp })
      await madeRepository()
      return started
    } catch (error) {
      if (!isBackupError(error) || !AWAITED.includes(error.code)) throw error
      if (said !== error.code) context.warn(waitingFor(error, context))
      said = error.code
    }
    await sleep(RETRY_MS, { signal: context.signal })
  }
}

function waitingFor(error: BackupError, { t, locale }: CommandContext): string {
  if (error.code === 'KEY_MISSING' && error.context['gone'] === undefined)
    return t(error.context['fresh'] === undefined ? 'serve.keyMissing' : 'serve.setUp')
  if (error.code === 'SYSTEM_NOT_FOUND') return t('serve.notSetUp', { home: String(error.context['home'] ?? '') })
  if (error.code === 'DATABASE_UNAVAILABLE')
    return t('serve.waiting', {
      database: String(error.context['database'] ?? ''),
      cause: String(error.context['cause'] ?? ''),
    })
  const { message, guidance } = failureOf(error, locale)
  return t('serve.waitingFor', { problem: message, guidance })
}

/** Other commands end when nobody reads them any more; backups go on. */
function outliveReader(): void {
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error').on('error', () => {})
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const controller = new AbortController()
  const ended = once(signal, 'abort').then(() => controller.abort())
  await sleep(KEEP_ALIVE_MS, { signal: controller.signal }).catch(() => {})
  await ended
}
