/** Language by the usual variables: Portuguese for pt…, English otherwise. */
import { fill, type Locale, localeOf, phrase, type Values } from '../contracts/index.ts'
import { environment } from '../kernel/environment.ts'
import { en, type MessageKey } from './messages/en.ts'
import { ptBr } from './messages/pt-br.ts'
import { PLACEHOLDERS_PT_BR, SENTENCES_PT_BR } from './messages/sentences-pt-br.ts'

export type { Locale, Values }

export function chooseLocale(env: Readonly<Record<string, string | undefined>> = environment()): Locale {
  return localeOf(env)
}

export type Translate = (key: MessageKey, values?: Values) => string

export function translator(locale: Locale): Translate {
  const catalogue = locale === 'pt-BR' ? ptBr : en
  return (key, values = {}) => fill(catalogue[key], values, locale)
}

/** `<file>`, `[path]` and their kind as the reader names such things. */
export function placeholders(text: string, locale: Locale): string {
  if (locale === 'en') return text
  return text.replace(
    /([<[])([a-z-]+)(\.\.\.)?([>\]])/g,
    (_, open: string, name: string, more: string | undefined, close: string) =>
      `${open}${PLACEHOLDERS_PT_BR[name] ?? name}${more ?? ''}${close}`,
  )
}

/** A help text or a refusal in the reader's language; English stays as it is. */
export function sentence(text: string, locale: Locale): string {
  if (locale === 'en') return text
  const exact = SENTENCES_PT_BR[text]
  if (exact !== undefined) return exact
  for (const [template, translation] of Object.entries(SENTENCES_PT_BR)) {
    const values = template.includes('{}') ? expressionOf(template).exec(text)?.slice(1) : undefined
    if (values) return translation.replace(/\{\}/g, () => values.shift() ?? '')
  }
  return phrase(text, locale)
}

function expressionOf(template: string): RegExp {
  return new RegExp(
    `^${template
      .split('{}')
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('(.*)')}$`,
    's',
  )
}
