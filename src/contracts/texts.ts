/** Sentences with holes, numbers and plurals as each language has them (Intl, CLDR). */
import type { Locale, Values } from './failure.ts'

const HOLES = /\{(\w+)(?::([^|{}]*)\|([^{}]*))?\}/g

/**
 * Puts values into `{name}`; `{name:one|other}` chooses the word that the language uses with that number (Portuguese
 * has none in the singular: "0 arquivo"). What has no value stays. Numbers get the language's marks where a language is
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

function isSingular(value: Values[string], locale: Locale | undefined): boolean {
  return typeof value === 'number' && pluralsOf(locale ?? 'en').select(value) === 'one'
}

const plurals = new Map<Locale, Intl.PluralRules>()

function pluralsOf(locale: Locale): Intl.PluralRules {
  const known = plurals.get(locale) ?? new Intl.PluralRules(locale)
  plurals.set(locale, known)
  return known
}

const formats = new Map<string, Intl.NumberFormat>()

/** `digits` behind the mark, exactly; default: as many as the number has. */
export function numberText(value: number, locale: Locale, digits?: number): string {
  const key = `${locale} ${digits ?? ''}`
  const format =
    formats.get(key) ??
    new Intl.NumberFormat(
      locale,
      digits === undefined
        ? { maximumFractionDigits: 6 }
        : { minimumFractionDigits: digits, maximumFractionDigits: digits },
    )
  formats.set(key, format)
  return format.format(value)
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
