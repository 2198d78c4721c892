/** One pattern of a filter or an ignore file: what gitignore means by it, and absolute paths besides. */
import { BackupError } from '../../kernel/backup-error.ts'
import { Glob, GlobError } from './glob.ts'
import { comparableText } from './name-text.ts'

/** An entry as patterns look at it. Texts as comparableText gives them. */
export interface PatternSubject {
  readonly name: string
  /** Relative to each folder that patterns are relative to; empty for that folder itself. */
  readonly relatives: readonly string[]
  /** Under every name that its root was given by, without the first slash. */
  readonly absolutes: readonly string[]
  readonly isDirectory: boolean
}

export interface CompiledPattern {
  readonly text: string
  /** Begins with "!": takes back. */
  readonly isNegated: boolean
  /** Ends with "/". */
  readonly directoryOnly: boolean
  /** Begins with "/". */
  readonly isAnchored: boolean
  readonly ignoresCase: boolean
  /** Is met by a name, at any depth. */
  readonly isOfName: boolean
  readonly glob: Glob
  /** The whole path, one character a byte, without a first slash. */
  readonly expression: { test(path: string): boolean }
}

const DOTS =
  'has a part that is "." or "..", and no path has one: write it from the backup\'s path, as "/logs", or as an absolute path'

/** Such a pattern meets nothing: no path has a part of one or two dots. */
export function hasDotPart(pattern: string): boolean {
  return /(^!?|\/)\.\.?(\/|$)/.test(pattern)
}

/**
 * Compiles one pattern: a glob (glob.ts); a leading "/" anchors to the backup's path, or is an absolute path; a
 * trailing "/" means folders only; a pattern without an inner slash is met by a name at any depth; a leading "!" takes
 * back. Names are compared in normal form C; several slashes in a row are one. Throws USAGE naming the pattern.
 */
export function compilePattern(
  pattern: string,
  { ignoresCase = false }: { readonly ignoresCase?: boolean } = {},
): CompiledPattern {
  const isNegated = pattern.startsWith('!')
  const given = isNegated ? pattern.slice(1) : pattern.replace(/^\\(?=[!#])/, '')
  const plain = given.normalize('NFC').replace(/\/{2,}/g, '/')
  const directoryOnly = plain.endsWith('/')
  const isAnchored = plain.startsWith('/')
  const body = plain.slice(isAnchored ? 1 : 0, directoryOnly ? -1 : undefined)
  if (body === '') throw badPattern(pattern, 'is empty')
  // It would leave out nothing, and whoever wrote it would not learn of it.
  if (hasDotPart(body)) throw badPattern(pattern, DOTS)
  const isOfName = !isAnchored && !body.includes('/')
  const glob = globOf(pattern, body, ignoresCase)
  const lastName = (path: string) => path.slice(path.lastIndexOf('/') + 1)
  return {
    text: pattern,
    isNegated,
    directoryOnly,
    isAnchored,
    ignoresCase,
    isOfName,
    glob,
    expression: {
      test: (path) => {
        const text = comparableText(isOfName ? lastName(path) : path)
        return glob.test(ignoresCase ? text.toLowerCase() : text)
      },
    },
  }
}

function globOf(pattern: string, body: string, ignoresCase: boolean): Glob {
  try {
    return new Glob(body, { ignoresCase })
  } catch (error) {
    if (error instanceof GlobError) throw badPattern(pattern, error.message)
    throw error
  }
}

function badPattern(pattern: string, how: string): BackupError {
  return new BackupError('USAGE', `The pattern "${shortened(pattern)}" ${how}.`, {
    context: { pattern: shortened(pattern), why: how },
  })
}

const SHOWN_CHARACTERS_MAX = 200

function shortened(pattern: string): string {
  return pattern.length > SHOWN_CHARACTERS_MAX ? `${pattern.slice(0, SHOWN_CHARACTERS_MAX)}…` : pattern
}

export function meets(pattern: CompiledPattern, subject: PatternSubject): boolean {
  if (pattern.directoryOnly && !subject.isDirectory) return false
  if (pattern.isOfName) return isMet(pattern, subject.name)
  return isMetByOne(pattern, subject.relatives) || (pattern.isAnchored && isMetByOne(pattern, subject.absolutes))
}

function isMet({ glob, ignoresCase }: CompiledPattern, text: string): boolean {
  return glob.test(ignoresCase ? text.toLowerCase() : text)
}

function isMetByOne(pattern: CompiledPattern, texts: readonly string[]): boolean {
  for (const text of texts) if (isMet(pattern, text)) return true
  return false
}

/** Of an ordered list the last pattern that meets the entry decides, as in gitignore. Undefined where none does. */
export function lastToMeet(patterns: readonly CompiledPattern[], subject: PatternSubject): CompiledPattern | undefined {
  for (let i = patterns.length - 1; i >= 0; i -= 1) if (meets(patterns[i]!, subject)) return patterns[i]
  return undefined
}
