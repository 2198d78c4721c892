/** Why something was left out or is damaged, in words. */
import type { CommandContext } from './command.ts'
import { quoted } from './format.ts'
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

const NAME: Readonly<Record<Locale, string>> = { en: 'NAME', 'pt-BR': 'NOME' }

/** Why a run of a configuration left it out: what says that it was emptied on purpose is an option of that. */
export function skippedText(
  { t, locale }: Pick<CommandContext, 't' | 'locale'>,
  reason: string,
  config?: string,
): string {
  if (reason !== 'EMPTIED') return reasonText(reason, locale)
  return t('run.emptied', { name: config === undefined ? NAME[locale] : quoted(config) })
}

/**
 * What a check found, in the reader's language. Details that only an engineer reads stay out of the Portuguese text.
 */
export function findingText(what: string, locale: Locale): string {
  const said = sentence(what, locale)
  return locale === 'en' || said !== what ? said.replace(/\.$/, '') : sentence('is damaged', locale)
}
