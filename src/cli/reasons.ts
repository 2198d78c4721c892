/** Why something was left out or is damaged, in words. */
import { type Locale, sentence, translator } from './locale.ts'
import { en, type MessageKey } from './messages/en.ts'

/** `EACCES` as `no permission (EACCES)`; `owner: EPERM` keeps what it is about in front. */
export function reasonText(reason: string, locale: Locale): string {
  const notKept = /^METADATA_NOT_KEPT: (.*)$/s.exec(reason)?.[1]
  if (notKept !== undefined)
    return translator(locale)('reason.METADATA_NOT_KEPT', { what: reasonText(notKept, locale) })
  const [, about, code = reason] = /^(.*): ([A-Z_]+)$/.exec(reason) ?? []
  const key = `reason.${code}`
  const words = key in en ? `${translator(locale)(key as MessageKey)} (${code})` : sentence(code, locale)
  return about === undefined ? words : `${sentence(about, locale)}: ${words}`
}

/**
 * What a check found, in the reader's language. Details that only an engineer reads stay out of the Portuguese text.
 */
export function findingText(what: string, locale: Locale): string {
  const said = sentence(what, locale)
  return locale === 'en' || said !== what ? said.replace(/\.$/, '') : sentence('is damaged', locale)
}
