// Goal: numbers and plurals are those of the language. Method: what is written by hand beside what Intl says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locale } from './failure.ts'
import { fill, numberText } from './texts.ts'

const LOCALES: readonly Locale[] = ['en', 'pt-BR']
const NUMBERS = [0, 1, 2, 7, 999, 1000, 1234, 12_345, 999_999, 1e6, 1_234_567, 2 ** 40, Number.MAX_SAFE_INTEGER]
const FRACTIONS = [0.1, 0.25, 0.049, 0.5, 0.96, 1.5, 1.05, 1.999, 12.3456789, 1023.95, 9999.999999, 1234.5, 0.0000004]

test('numbers are written as Intl writes them', () => {
  for (const locale of LOCALES) {
    for (const value of [...NUMBERS, ...FRACTIONS].flatMap((each) => (each === 0 ? [0] : [each, -each]))) {
      if (!/^-0(\.0*)?$/.test(value.toFixed(6)))
        assert.equal(
          numberText(value, locale),
          new Intl.NumberFormat(locale, { maximumFractionDigits: 6 }).format(value),
          `${value} ${locale}`,
        )
      for (const digits of [0, 1, 2]) {
        const form = { minimumFractionDigits: digits, maximumFractionDigits: digits }
        assert.equal(
          numberText(value, locale, digits),
          new Intl.NumberFormat(locale, form).format(value),
          `${value} ${locale} ${digits}`,
        )
      }
    }
  }
})

test('the singular is used where the language uses it', () => {
  for (const locale of LOCALES) {
    const rules = new Intl.PluralRules(locale)
    for (const value of [...NUMBERS, ...FRACTIONS]) {
      const wanted = value !== 0 && rules.select(value) === 'one' ? 'one' : 'other'
      assert.equal(fill('{n:one|other}', { n: value }, locale), wanted, `${value} ${locale}`)
    }
  }
  assert.equal(fill('{n} {n:arquivo|arquivos}', { n: 0 }, 'pt-BR'), '0 arquivos', 'as people write it')
})
