/** Numbers, moments and tables as people read them. Programs get theirs by --json. */
import { printable } from '../kernel/printable.ts'
import { chooseLocale, type Locale } from './locale.ts'

export function formatBytes(bytes: number, locale: Locale = chooseLocale()): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 ? Math.round(value) : decimal(value, locale)} ${units[unit]}`
}

/** One digit behind the mark, which is a comma in Portuguese. */
export function decimal(value: number, locale: Locale = chooseLocale()): string {
  const text = value.toFixed(1)
  return locale === 'pt-BR' ? text.replace('.', ',') : text
}

export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/**
 * A moment on this machine's clock, to the second: `2026-11-24 03:07:09`. What is no date of the calendar is returned
 * as it is.
 */
export function formatTime(iso: string): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return iso
  const two = (value: number) => String(value).padStart(2, '0')
  const date = [String(time.getFullYear()).padStart(4, '0'), two(time.getMonth() + 1), two(time.getDate())].join('-')
  return `${date} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`
}

export interface TableColumn {
  readonly title: string
  /** Numbers stand at the right edge. */
  readonly isNumber?: boolean
}

/** Lines of a table whose columns stand under their titles. The last column is not padded. */
export function tableLines(columns: readonly TableColumn[], rows: ReadonlyArray<readonly string[]>): string[] {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => row.map(printable))]
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)))
  const cell = (text: string, i: number) =>
    columns[i]!.isNumber ? text.padStart(widths[i]!) : i === columns.length - 1 ? text : text.padEnd(widths[i]!)
  return lines.map((line) => line.map(cell).join('  ').trimEnd())
}
