/** Alarms by e-mail over SMTP_URL. With a password, TLS is required on every host but this machine. */
import type { Transporter } from 'nodemailer'
import { z } from 'zod'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { subjectOf, textOf } from '../notice-text.ts'
import { defineNotifier, deliveryFailed, deliveryRefused } from '../notifier.ts'

const KIND = 'email'
const TIMEOUT_MS = 30_000
const CONNECT_TIMEOUT_MS = 10_000

const URL_FORM = 'a URL such as "smtp://user:password@host:587" or "smtps://user:password@host"'
const ADDRESS_FORM = 'an e-mail address such as "backup@clinic.example"'
const LIST_FORM = 'e-mail addresses, separated by commas'

/** `Name <user@host>` or `user@host`. */
const address = z
  .string({ error: ADDRESS_FORM })
  .regex(/^(?:[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/, ADDRESS_FORM)

function isMailUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^smtps?:$/.test(url.protocol) && url.hostname !== ''
}

const config = z.object({
  smtpUrl: z.string({ error: URL_FORM }).refine(isMailUrl, URL_FORM),
  emailFrom: address,
  emailTo: z.array(address, { error: LIST_FORM }).min(1, LIST_FORM),
})
type EmailConfig = z.output<typeof config>

export const email = defineNotifier<EmailConfig>({
  kind: KIND,
  title: { en: 'e-mail', 'pt-BR': 'e-mail' },
  carries: 'ALARM',
  config,
  variables: { smtpUrl: 'SMTP_URL', emailFrom: 'ALERT_EMAIL_FROM', emailTo: 'ALERT_EMAIL_TO' },
  required: ['smtpUrl', 'emailTo'],
  async deliver(notice, config, { key, signal }) {
    if (notice.kind !== 'ALARM') throw deliveryRefused(KIND, 'not an alarm')
    const { emailFrom, emailTo } = config
    await overTransport(config, signal, (transport, ends) =>
      transport.sendMail({
        from: emailFrom,
        to: [...emailTo],
        subject: subjectOf(notice),
        text: textOf(notice),
        messageId: `<${key}@${domainOf(emailFrom)}>`,
        headers: { 'auto-submitted': 'auto-generated', 'x-neonpro-alarm': notice.type },
        disableFileAccess: true,
        disableUrlAccess: true,
        signal: ends,
      }),
    )
  },
  /** Greeting, TLS and password, without a message. */
  async probe(config, { signal }) {
    await overTransport(config, signal, (transport, ends) => {
      const stopped = new Promise<never>((_, reject) => ends.addEventListener('abort', () => reject(ends.reason)))
      return Promise.race([transport.verify(), stopped])
    })
  },
})

async function overTransport(
  { smtpUrl }: EmailConfig,
  signal: AbortSignal,
  act: (transport: Transporter, signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const deadline = AbortSignal.timeout(TIMEOUT_MS)
  const transport = await openTransport(smtpUrl)
  try {
    await act(transport, AbortSignal.any([signal, deadline]))
  } catch (error) {
    if (signal.aborted) throw new BackupError('ABORTED', 'The delivery was stopped.')
    throw deadline.aborted ? deliveryFailed(KIND, 'timeout') : failureOfMail(error)
  } finally {
    transport.close()
  }
}

/** The library is loaded at the first delivery: most runs never need it. */
async function openTransport(smtpUrl: string): Promise<Transporter> {
  const { createTransport } = await import('nodemailer')
  const url = new URL(smtpUrl)
  const hasPassword = url.password !== ''
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  const saysOtherwise = url.searchParams.has('requireTLS') || url.searchParams.has('ignoreTLS')
  return createTransport({
    url: smtpUrl,
    ...(hasPassword && !isHere && !saysOtherwise && { requireTLS: true }),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    logger: false,
  })
}

function domainOf(from: string): string {
  return /@([^\s<>@]+)>?$/.exec(from)?.[1] ?? 'neonpro-backup.invalid'
}

/**
 * What the library's error says, as code and status: its texts repeat what the server said, and commands that hold a
 * password.
 */
function failureOfMail(error: unknown): BackupError {
  const code = systemCode(error) ?? 'EMAIL'
  const status =
    typeof error === 'object' && error !== null && 'responseCode' in error && typeof error.responseCode === 'number'
      ? error.responseCode
      : undefined
  const cause = status === undefined ? code : `${code}, SMTP ${status}`
  // A wrong certificate or name may be put right on the other side; a refused password or address is this side's.
  const isPermanent =
    (status !== undefined && status >= 500) ||
    ['ENOAUTH', 'EENVELOPE', 'ECONFIG'].includes(code) ||
    (code === 'EAUTH' && status === undefined)
  return isPermanent ? deliveryRefused(KIND, cause) : deliveryFailed(KIND, cause)
}
