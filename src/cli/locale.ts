/** Language by the usual variables: Portuguese for pt…, English otherwise. */
import { fill, type Locale, localeOf, phrase, type Values } from '../contracts/index.ts'
import { environment } from '../kernel/environment.ts'
import { en, type MessageKey } from './messages/en.ts'
import { ptBr } from './messages/pt-br.ts'
import { EXAMPLE_NAMES_PT_BR, PLACEHOLDERS_PT_BR, SENTENCES_PT_BR } from './messages/sentences-pt-br.ts'

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

/** A placeholder without its brackets. */
export function placeholder(name: string, locale: Locale): string {
  return locale === 'en' ? name : (PLACEHOLDERS_PT_BR[name] ?? name)
}

/** What an example names, as a clinic of the reader's language would name it. */
export function exampleNames(text: string, locale: Locale): string {
  return locale === 'en' ? text : text.replace(/\b[a-z]+\b/g, (word) => EXAMPLE_NAMES_PT_BR[word] ?? word)
}

let templates: ReadonlyArray<{ readonly expression: RegExp; readonly translation: string }> | undefined

/** A help text or a refusal in the reader's language; English stays as it is. */
export function sentence(text: string, locale: Locale): string {
  if (locale === 'en') return text
  const exact = SENTENCES_PT_BR[text]
  if (exact !== undefined) return exact
  templates ??= Object.entries(SENTENCES_PT_BR)
    .filter(([template]) => template.includes('{}'))
    .map(([template, translation]) => ({ expression: expressionOf(template), translation }))
  for (const { expression, translation } of templates) {
    const values = expression.exec(text)?.slice(1)
    if (values) return translation.replace(/\{\}/g, () => reasonIn(values.shift() ?? '', locale))
  }
  return phrase(text, locale)
}

/** What fills a sentence is a name or a value and stays, unless it says why: "has an open "["". */
function reasonIn(value: string, locale: Locale): string {
  return /^(is|has|comes|can not) /.test(value) ? sentence(value, locale) : value
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
