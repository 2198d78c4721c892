/**
 * Signs of life to a healthchecks-compatible service: URL/start, URL, URL/fail. `{slug}` in the address becomes the
 * configuration's name in lower case with hyphens. Each ping carries the run's id as `rid`, so that a start that comes
 * late is not taken for the next run's.
 */
import { z } from 'zod'
import { printable } from '../../kernel/printable.ts'
import { post, reach } from '../http-call.ts'
import { defineNotifier, deliveryRefused, type PingNotice, type PingSignal } from '../notifier.ts'
import { slugOf } from '../ping-slug.ts'

const KIND = 'healthcheck'
const SUFFIXES: Readonly<Record<PingSignal, string>> = { START: '/start', SUCCESS: '', FAIL: '/fail', TEST: '/log' }
const URL_FORM = 'an http: or https: URL; {slug} stands for the configuration'

const config = z.object({
  healthcheckUrl: z
    .string()
    .refine((text) => /^https?:$/.test(URL.parse(text.replaceAll('{slug}', 'slug'))?.protocol ?? ''), URL_FORM)
    .optional(),
})

export const healthcheck = defineNotifier<z.output<typeof config>>({
  kind: KIND,
  title: { en: 'healthcheck ping', 'pt-BR': 'ping de healthcheck' },
  carries: 'PING',
  config,
  variables: { healthcheckUrl: 'HEALTHCHECK_URL' },
  // A configuration may bring an address of its own, so the channel is there without any setting.
  required: [],
  async deliver(notice, { healthcheckUrl }, { signal }) {
    if (notice.kind !== 'PING') throw deliveryRefused(KIND, 'not a ping')
    const address = notice.url ?? healthcheckUrl
    if (address === undefined) throw deliveryRefused(KIND, 'no address')
    const url = pingUrl(address, notice)
    if (url === null) throw deliveryRefused(KIND, 'not an http: or https: URL')
    // The operator names the address, and such a service often stands in the clinic's own network.
    await post({ channel: KIND, url, body: printable(notice.text), allowPrivate: true, signal })
  },
  /** Any call of the address would be a sign of life: only that somebody answers there is tried. */
  async probe({ healthcheckUrl }, { signal }) {
    const url = healthcheckUrl === undefined ? null : URL.parse(healthcheckUrl.replaceAll('{slug}', 'slug'))
    if (url !== null) await reach({ channel: KIND, url, allowPrivate: true, signal })
  },
})

function pingUrl(address: string, { name, slug, runId, signal }: PingNotice): URL | null {
  const url = URL.parse(address.replaceAll('{slug}', slug ?? slugOf(name)))
  if (url === null || !/^https?:$/.test(url.protocol)) return null
  url.pathname = url.pathname.replace(/\/$/, '') + SUFFIXES[signal]
  if (runId !== undefined) url.searchParams.set('rid', runId)
  return url
}
