/**
 * Ignore files are a stranger's input: what is read, kept and matched of one is bounded. A line that is no pattern is
 * passed over; a file beyond the bounds counts as if it were not there, since half of its rules might leave out what
 * the other half takes back.
 */
import { isBackupError } from '../../kernel/backup-error.ts'
import { textOfBytes } from './name-text.ts'
import { type CompiledPattern, compilePattern } from './pattern.ts'

export const IGNORE_FILE_BYTES_MAX = 256 * 1024
const LINE_BYTES_MAX = 1024
const PATTERNS_MAX = 2000
/** Of globs that are more than a comparison: they cost for each character of each name. */
const PLACES_MAX = 4096
/** In force together, from the root down. */
const PATTERNS_IN_FORCE_MAX = 10_000
const FAULTS_MAX = 10

/** The rules of one ignore file; plain data. */
export interface IgnoreRule {
  /** Of the ignore file, one character a byte. */
  readonly file: string
  /** Its folder; patterns are relative to it. */
  readonly directory: string
  readonly patterns: readonly string[]
}

/** Rules of ignore files from the root down; later and deeper ones win. */
export type IgnoreRules = readonly IgnoreRule[]

export interface IgnoreFault {
  /** From 1; absent where the whole file is meant. */
  readonly line?: number
  /** The end of a sentence that begins with what is wrong: `has an open "["`. */
  readonly why: string
}

export interface ParsedIgnoreFile {
  readonly patterns: readonly string[]
  /** The first ones. */
  readonly faults: readonly IgnoreFault[]
}

/** In the place of a line that should take something back and can't be understood: nothing above it counts. */
const TAKE_ALL_BACK = '!**'
const BYTE_ORDER_MARK = '\xef\xbb\xbf'

/** Parses an ignore file: one pattern a line, `#` comments, `!` takes back. `bytes` has one character a byte. */
export function parseIgnoreFile(bytes: string): ParsedIgnoreFile {
  const patterns: string[] = []
  const faults: IgnoreFault[] = []
  let places = 0
  for (const { line, text, length } of patternLines(bytes)) {
    const compiled = length > LINE_BYTES_MAX ? 'is too long' : compiledOrWhy(text)
    if (typeof compiled === 'string') {
      if (faults.length < FAULTS_MAX) faults.push({ line, why: compiled })
      if (text.startsWith('!')) patterns.push(TAKE_ALL_BACK)
      continue
    }
    places += compiled.glob.places
    patterns.push(text)
    if (patterns.length > PATTERNS_MAX || places > PLACES_MAX)
      return { patterns: [], faults: [{ line, why: 'has more patterns than are taken, and is not used' }] }
  }
  return { patterns, faults }
}

/** False when one more file would make the work for each entry too much. */
export function hasRoomFor(rules: IgnoreRules, patterns: readonly string[]): boolean {
  return rules.reduce((sum, rule) => sum + rule.patterns.length, patterns.length) <= PATTERNS_IN_FORCE_MAX
}

export interface PatternLine {
  /** From 1. */
  readonly line: number
  readonly text: string
  /** Bytes of the whole line. */
  readonly length: number
}

/** The patterns of a file of patterns, without comments and empty lines. `bytes` has one character a byte. */
export function* patternLines(bytes: string): Generator<PatternLine> {
  let line = 0
  for (const raw of linesOf(bytes)) {
    line += 1
    const text = patternOf(raw)
    if (text !== undefined) yield { line, text, length: raw.length }
  }
}

function compiledOrWhy(text: string): CompiledPattern | string {
  try {
    return compilePattern(text)
  } catch (error) {
    if (isBackupError(error, 'USAGE')) return String(error.context['why'])
    throw error
  }
}

function* linesOf(bytes: string): Generator<string> {
  let from = bytes.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0
  while (from < bytes.length) {
    const end = bytes.indexOf('\n', from)
    const to = end < 0 ? bytes.length : end
    yield bytes.slice(from, to)
    from = to + 1
  }
}

/** Without the blanks at its end, unless they are escaped; undefined for an empty line and a comment. */
function patternOf(line: string): string | undefined {
  if (line.startsWith('#')) return undefined
  let to = line.length
  while (to > 0 && BLANKS.includes(line[to - 1]!)) to -= 1
  if (to < line.length && line[to - 1] === '\\' && line[to] === ' ') to += 1
  return to === 0 ? undefined : textOfBytes(line.slice(0, to))
}

const BLANKS = ' \t\r'
