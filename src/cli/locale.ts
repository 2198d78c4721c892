/** Language by the usual variables: Portuguese for pt…, English otherwise. */
import type { ErrorEntry } from '../contracts/index.ts'
import { environment } from '../kernel/environment.ts'
import { en, type MessageKey } from './messages/en.ts'
import { ptBr } from './messages/pt-br.ts'
import { SENTENCES_PT_BR } from './messages/sentences-pt-br.ts'

export type Locale = 'en' | 'pt-BR'

export function chooseLocale(env: Readonly<Record<string, string | undefined>> = environment()): Locale {
  const value = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || ''
  return value.toLowerCase().startsWith('pt') ? 'pt-BR' : 'en'
}

export type Values = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>
export type Translate = (key: MessageKey, values?: Values) => string

export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? `{${name}}`))
}

export function translator(locale: Locale): Translate {
  const catalogue = locale === 'pt-BR' ? ptBr : en
  return (key, values = {}) => fill(catalogue[key], values)
}

export function errorText(entry: ErrorEntry, locale: Locale, values: Values): { message: string; guidance: string } {
  const filled = (text: string) => fill(text, values).replace(/\s*[(:]?\s*\{\w+\}\)?/g, '')
  return { message: filled(entry.message[locale]), guidance: filled(entry.guidance[locale]) }
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
  return text
}

function expressionOf(template: string): RegExp {
  return new RegExp(`^${template.split('{}').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('(.*)')}$`, 's')
}
