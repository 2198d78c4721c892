/** Alarms as JSON by POST, signed as Standard Webhooks has it (webhook-id, webhook-timestamp, webhook-signature). */
import { z } from 'zod'
import { nowMs } from '../../kernel/clock.ts'
import { printableJson } from '../../kernel/printable.ts'
import { post, reach } from '../http-call.ts'
import { messageOf, titleOf } from '../notice-text.ts'
import { type AlarmNotice, defineNotifier, deliveryRefused } from '../notifier.ts'

const KIND = 'webhook'
const SECRET_BYTES_MIN = 16
const SECRET_FORM = '"whsec_" and base64 of 16 random bytes or more (openssl rand -base64 32)'

const isSecret = (text: string): boolean =>
  /^(?:whsec_)?[A-Za-z0-9+/]+={0,2}$/.test(text) &&
  Buffer.from(text.replace(/^whsec_/, ''), 'base64').length >= SECRET_BYTES_MIN

const config = z.object({
  webhookUrl: z.url({ protocol: /^https?$/, error: 'an http: or https: URL' }),
  webhookSecret: z
    .string()
    .refine((text) => text.trim().split(/\s+/).every(isSecret), SECRET_FORM)
    .optional(),
  webhookAllowPrivate: z.boolean().optional(),
})

export const webhook = defineNotifier<z.output<typeof config>>({
  kind: KIND,
  title: { en: 'webhook', 'pt-BR': 'webhook' },
  carries: 'ALARM',
  config,
  variables: {
    webhookUrl: 'WEBHOOK_URL',
    webhookSecret: 'WEBHOOK_SECRET',
    webhookAllowPrivate: 'WEBHOOK_ALLOW_PRIVATE',
  },
  required: ['webhookUrl'],
  async deliver(notice, { webhookUrl, webhookSecret, webhookAllowPrivate }, { key, signal }) {
    if (notice.kind !== 'ALARM') throw deliveryRefused(KIND, 'not an alarm')
    const body = printableJson(bodyOf(notice))
    const headers = {
      'content-type': 'application/json',
      ...(await signatureHeaders({ key, body, secrets: webhookSecret })),
    }
    await post({
      channel: KIND,
      url: new URL(webhookUrl),
      headers,
      body,
      allowPrivate: webhookAllowPrivate === true,
      signal,
    })
  },
  /** A call that means nothing would be an alarm to whoever takes it: only that somebody answers there is tried. */
  probe: ({ webhookUrl, webhookAllowPrivate }, { signal }) =>
    reach({ channel: KIND, url: new URL(webhookUrl), allowPrivate: webhookAllowPrivate === true, signal }),
})

/** Members stay; new ones may come. An alarm that is over leaves nothing to do. */
function bodyOf(notice: AlarmNotice): object {
  const { kind: _, locale: __, change, at, ...data } = notice
  const texts = {
    title: titleOf(notice),
    message: messageOf(notice),
    guidance: change === 'RESOLVED' ? '' : notice.guidance,
  }
  return { type: `alarm.${change.toLowerCase()}`, timestamp: at, data: { ...data, ...texts } }
}

/** One signature for each secret, so that a receiver may hold the old or the new one. */
async function signatureHeaders({
  key,
  body,
  secrets,
}: {
  key: string
  body: string
  secrets: string | undefined
}): Promise<Record<string, string>> {
  const seconds = Math.floor(nowMs() / 1000)
  const headers = { 'webhook-id': key, 'webhook-timestamp': String(seconds) }
  if (secrets === undefined) return headers
  const { Webhook } = await import('standardwebhooks')
  const at = new Date(seconds * 1000)
  return {
    ...headers,
    'webhook-signature': secrets
      .trim()
      .split(/\s+/)
      .map((secret) => new Webhook(secret).sign(key, at, body))
      .join(' '),
  }
}
