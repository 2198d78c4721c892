/**
 * A real test message through each channel: what an alarm would go through, and what came of it. Nothing is queued and
 * nothing tried again: who asks wants to know now.
 */
import { randomUUID } from 'node:crypto'
import type { LocalizedText } from '../../contracts/index.ts'
import type { ChannelTest } from '../../contracts/system/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { hostName } from '../../kernel/machine.ts'
import type { AlarmNotice, Notice, Notifier } from '../../notifiers/index.ts'
import type { SystemParts } from '../parts.ts'
import { pingAddress } from './ping-address.ts'
import { hasHeartbeat } from './scheduler-heartbeat.ts'

const TITLE: LocalizedText = { en: 'Test message', 'pt-BR': 'Mensagem de teste' }
const MESSAGE: LocalizedText = {
  en: 'Somebody tries whether alarms arrive here. Nothing has happened.',
  'pt-BR': 'Alguém está testando se os alarmes chegam aqui. Nada aconteceu.',
}

type TestParts = Pick<SystemParts, 'catalog' | 'tenantId' | 'notifiers' | 'channels' | 'locale' | 'secrets'>

/** Every channel that is set up, or the one that is named. Throws NOT_FOUND for one that is not set up, ABORTED. */
export async function testChannels(
  parts: TestParts,
  { channel, signal }: { readonly channel?: string; readonly signal: AbortSignal },
): Promise<readonly ChannelTest[]> {
  const chosen = parts.notifiers.filter(({ kind }) => channel === undefined || kind === channel)
  const targets = (await Promise.all(chosen.map((notifier) => targetsOf(parts, notifier)))).flat()
  if (channel !== undefined && targets.length === 0)
    throw new BackupError('NOT_FOUND', 'That channel is not set up.', {
      context: { object: channel, list: 'doctor' },
    })
  return await Promise.all(targets.map((target) => tested(parts, target, signal)))
}

interface Target {
  readonly notifier: Notifier
  /** The configuration whose own address it is. */
  readonly about: string | null
  readonly notice: Notice
}

async function targetsOf(parts: TestParts, notifier: Notifier): Promise<Target[]> {
  if (notifier.carries === 'ALARM') return [{ notifier, about: null, notice: testAlarm(parts) }]
  const heartbeat: Target[] = hasHeartbeat(parts)
    ? [
        {
          notifier,
          about: null,
          notice: { kind: 'PING', signal: 'TEST', name: 'scheduler', text: TITLE[parts.locale] },
        },
      ]
    : []
  const configs = await parts.catalog.db
    .selectFrom('configs')
    .select(['id', 'name', 'settings'])
    .where('tenant_id', '=', parts.tenantId)
    .where('removed_at', 'is', null)
    .where('enabled', '=', true)
    .orderBy('name')
    .execute()
  const own = await Promise.all(
    configs.map(async (config): Promise<Target[]> => {
      const url = await pingAddress(parts, parts.catalog.db, config)
      const notice = { kind: 'PING', signal: 'TEST', name: config.name, text: TITLE[parts.locale] } as const
      return url === undefined ? [] : [{ notifier, about: config.name, notice: { ...notice, url } }]
    }),
  )
  return [...heartbeat, ...own.flat()]
}

function testAlarm({ locale }: TestParts): AlarmNotice {
  const at = isoTime(nowMs())
  return {
    kind: 'ALARM',
    change: 'TEST',
    alertId: randomUUID(),
    type: 'CUSTOM',
    severity: 'LOW',
    title: TITLE[locale],
    message: MESSAGE[locale],
    guidance: '',
    configId: null,
    configName: null,
    runId: null,
    count: 1,
    firstSeenAt: at,
    at,
    host: hostName(),
    locale,
  }
}

async function tested(
  { locale }: TestParts,
  { notifier, about, notice }: Target,
  signal: AbortSignal,
): Promise<ChannelTest> {
  const facts = { channel: notifier.kind, title: notifier.title[locale], about }
  try {
    await notifier.deliver(notice, { signal, key: randomUUID().replaceAll('-', '') })
    return { ...facts, delivered: true, code: null, cause: null }
  } catch (error) {
    if (!isBackupError(error) || error.code === 'ABORTED') throw error
    return { ...facts, delivered: false, code: error.code, cause: String(error.context['cause'] ?? error.code) }
  }
}
