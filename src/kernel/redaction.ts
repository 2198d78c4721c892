/**
 * A second net under everything that is written or shown: values of members with a telling name, passwords in URLs and
 * connection strings, key forms, and secrets that are known by value are replaced. Copies are bounded in depth and
 * length, so that no object can flood a log.
 */

export const REDACTED = '[redacted]'

const SECRET_WORDS =
  /^(pass|password|passwd|pwd|passphrase|secrets?|tokens?|authorization|cookies?|credentials?|keks?|dsn|wrapped|sealed)$/
const SECRET_PAIRS =
  /\b(api|anon|access|account|storage|encryption|private|service|signing) key\b|\b(smtp|webhook|database) url\b|\bconnection string\b|\bkey material\b/
const DEPTH_MAX = 8
const MEMBERS_MAX = 200
const CHARS_MAX = 8_000
/** Shorter ones would blot out ordinary words. */
const KNOWN_CHARS_MIN = 6

export interface RedactOptions {
  /** Secrets by value: wherever they occur they are replaced. */
  readonly known?: readonly string[]
}

/**
 * True for `smtpUrl`, `BACKUP_ENCRYPTION_KEY`, `webhook-secret`: by the words of the name, so that `bypass` and `key`
 * are not meant.
 */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
  return words.some((word) => SECRET_WORDS.test(word)) || SECRET_PAIRS.test(words.join(' '))
}

/**
 * A text without passwords in URLs (`scheme://user:…@`), in queries and in `name=value` pairs, without keys and known
 * secrets.
 */
export function redactText(text: string, options: RedactOptions = {}): string {
  const known = (options.known ?? []).filter(({ length }) => length >= KNOWN_CHARS_MIN)
  // Before it is cut short: the beginning of a secret is not known by value any more.
  const without = withoutSecrets(text, known)
  const safe = without.length > CHARS_MAX ? `${without.slice(0, CHARS_MAX)}… (${without.length} characters)` : without
  return safe
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*):[^\s"'<>]*@/gi, `$1:${REDACTED}@`)
    .replace(
      /\b((?:[a-z_-]*pass(?:word|wd|phrase)|secret|token|api_?key|signature|sig)["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s&,;"'}]+)/gi,
      `$1${REDACTED}`,
    )
    .replace(/\b(passphrase:)[^\n"']+/gi, `$1${REDACTED}`)
    .replace(/\b((?:base64|hex):)[A-Za-z0-9+/_-]{40,}=*/g, `$1${REDACTED}`)
    .replace(/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/g, `$1 ${REDACTED}`)
    .replace(/AGE-SECRET-KEY-[A-Z0-9]+/gi, REDACTED)
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED)
}

/**
 * Secrets overlap, where one begins with another: what any of them covers is replaced, so that no rest of the longer
 * one stays.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const spans: Array<[start: number, end: number]> = []
  for (const secret of secrets)
    for (let at = secret === '' ? -1 : text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1))
      spans.push([at, at + secret.length])
  spans.sort(([one], [other]) => one - other)
  let safe = ''
  let done = 0
  for (const [start, end] of spans) {
    if (start >= done) safe += `${text.slice(done, start)}${REDACTED}`
    done = Math.max(done, end)
  }
  return `${safe}${text.slice(done)}`
}

/** A secret as others may write it: as it is, in a URL, in JSON; of a URL its password too. */
export function formsOf(secret: string): string[] {
  const [url, json] = [new URL('x://host'), JSON.stringify(secret).slice(1, -1)]
  url.password = secret
  const forms = [secret, ...passwordsOf(secret), url.password, encodeURIComponent(secret.toWellFormed()), json]
  return [...new Set(forms)].filter((each) => each !== '')
}

/**
 * A URL for people: without password, query and fragment. What is no URL is hidden as a whole. Also takes
 * `postgres://user@/name?host=/run`, which is none by the book.
 */
export function redactUrl(url: string): string {
  const [, scheme, userInfo = '', host = '', place = ''] =
    /^([a-z][a-z0-9+.-]*):\/\/(?:(.*)@)?([^/?#@]*)(\/[^?#]*)?/i.exec(url) ?? []
  if (scheme === undefined) return REDACTED
  const user = userInfo.split(':')[0]!
  return `${scheme}://${user === '' ? '' : `${user}@`}${host}${place === '/' ? '' : place}`
}

/** The password of a URL, as it is written and as it is meant; empty where it has none. */
export function passwordsOf(url: string): string[] {
  const written = /^[a-z][a-z0-9+.-]*:\/\/[^:/?#@]*:(.*)@/i.exec(url)?.[1] ?? ''
  if (written === '') return []
  try {
    return [...new Set([written, decodeURIComponent(written)])]
  } catch {
    return [written]
  }
}

/** Where the path itself is the secret, as of a webhook: protocol and host. */
export function redactPath(url: string): string {
  return URL.canParse(url) ? `${new URL(url).origin}/…` : REDACTED
}

/** A copy that is safe to log: plain JSON of bounded size. Errors keep name, code, message, stack and causes. */
export function redactValue(value: unknown, options: RedactOptions = {}): unknown {
  return copy(value, { options, seen: new Set(), depth: 0 })
}

interface Walk {
  readonly options: RedactOptions
  readonly seen: Set<object>
  readonly depth: number
}

function copy(value: unknown, walk: Walk): unknown {
  if (typeof value === 'string') return redactText(value, walk.options)
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value === 'function') return '[function]'
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (walk.seen.has(value)) return '[circular]'
  if (walk.depth >= DEPTH_MAX) return '[deeper]'
  walk.seen.add(value)
  const inner = { ...walk, depth: walk.depth + 1 }
  const result =
    value instanceof Error
      ? errorCopy(value, inner)
      : Array.isArray(value)
        ? listCopy(value, inner)
        : objectCopy(value, inner)
  walk.seen.delete(value)
  return result
}

function listCopy(list: readonly unknown[], walk: Walk): unknown[] {
  const copied = list.slice(0, MEMBERS_MAX).map((each) => copy(each, walk))
  return list.length > MEMBERS_MAX ? [...copied, `… ${list.length - MEMBERS_MAX} more`] : copied
}

function objectCopy(value: object, walk: Walk): Record<string, unknown> {
  const entries =
    value instanceof Map
      ? [...value].map(([name, member]) => [String(name), member] as const)
      : value instanceof Set
        ? [...value].map((member, i) => [String(i), member] as const)
        : Object.entries(value)
  return Object.fromEntries(
    entries
      .slice(0, MEMBERS_MAX)
      .map(([name, member]) => [
        name,
        isSecretName(name) && member !== null && member !== undefined && typeof member !== 'boolean'
          ? REDACTED
          : copy(member, walk),
      ]),
  )
}

function errorCopy(error: Error, walk: Walk): Record<string, unknown> {
  const { code, context } = error as { code?: unknown; context?: unknown }
  return {
    name: error.name,
    message: redactText(error.message, walk.options),
    ...(typeof code === 'string' && { code }),
    ...(typeof context === 'object' && context !== null && { context: copy(context, walk) }),
    ...(error.stack !== undefined && { stack: redactText(error.stack, walk.options) }),
    ...(error.cause !== undefined && { cause: copy(error.cause, walk) }),
  }
}
