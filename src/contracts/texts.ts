/** Sentences with holes, numbers and plurals as each language has them (CLDR). */
import type { Locale, Values } from './failure.ts'

const HOLES = /\{(\w+)(?::([^|{}]*)\|([^{}]*))?\}/g

/**
 * Puts values into `{name}`; `{name:one|other}` chooses the word that the language uses with that number (Portuguese
 * has 1.5 in the singular: "1,5 milhão"). What has no value stays. Numbers get the language's marks where a language is
 * given.
 */
export function fill(text: string, values: Values, locale?: Locale): string {
  return text.replace(HOLES, (whole, name: string, one: string | undefined, other: string | undefined) => {
    const value = values[name]
    if (one !== undefined) return isSingular(value, locale) ? one : (other ?? '')
    if (value === undefined) return whole
    return typeof value === 'number' && locale !== undefined ? numberText(value, locale) : String(value)
  })
}

/** As CLDR has it, but for 0 in Portuguese, which people write in the plural: "0 arquivos". English has 1 alone. */
function isSingular(value: Values[string], locale: Locale | undefined): boolean {
  if (typeof value !== 'number') return false
  const size = Math.abs(value)
  return locale === 'pt-BR' ? size > 0 && size < 2 : size === 1
}

const MARKS: Readonly<Record<Locale, { readonly thousands: string; readonly fraction: string }>> = {
  en: { thousands: ',', fraction: '.' },
  'pt-BR': { thousands: '.', fraction: ',' },
}
const DIGITS_MAX = 6

/**
 * `digits` behind the mark, exactly; default: as many as the number has, 6 at most. By hand, since every run of a command
 * prints numbers and the tables of Intl take milliseconds to load.
 */
export function numberText(value: number, locale: Locale, digits?: number): string {
  const [whole = '', fraction = ''] = value.toFixed(digits ?? DIGITS_MAX).split('.')
  const kept = digits === undefined ? fraction.replace(/0+$/, '') : fraction
  const { thousands, fraction: mark } = MARKS[locale]
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, thousands)
  return kept === '' ? grouped : `${grouped}${mark}${kept}`
}

const AGES: ReadonlyArray<readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number]> = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]

/** "3 hours ago", "há 3 horas": whole units, rounded down, from two days on in days. */
export function ageText(ms: number, locale: Locale): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [unit, length] = AGES.find(([name, each]) => seconds >= each * (name === 'day' ? 2 : 1)) ?? AGES.at(-1)!
  return new Intl.RelativeTimeFormat(locale, { numeric: 'always' }).format(-Math.floor(seconds / length), unit)
}

/** "a, b and c". */
export function listText(parts: readonly string[], locale: Locale): string {
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(parts)
}
