/** Lists of paths and patterns that the command line takes from files. Names in them are bytes, taken as they are. */
import path from 'node:path'
import { BackupError, isBackupError, systemCode } from '../kernel/backup-error.ts'
import { compilePattern, type ExcludePattern, patternLines, textOfBytes } from '../sources/index.ts'
import { type CommandContext, listOption } from './command.ts'
import type { ExcludeGiven } from './exclude-order.ts'
import { readGiven } from './given-file.ts'

/** Throws USAGE naming the file, the line and the pattern. */
export async function excludesOf(context: CommandContext): Promise<ExcludePattern[]> {
  const { options } = context
  const given = (options['exclude'] ?? options['iexclude'] ?? options['excludeFile'] ?? []) as ExcludeGiven[]
  const patterns: ExcludePattern[] = []
  for (const { option, value } of given) {
    if (option === 'exclude') patterns.push(value)
    else if (option === 'iexclude') patterns.push({ pattern: value, ignoreCase: true })
    else for (const each of await patternsOfFile(value, context)) patterns.push(each)
  }
  return patterns
}

async function patternsOfFile(file: string, context: CommandContext): Promise<string[]> {
  const patterns: string[] = []
  for (const { line, text } of patternLines(await readList(context, '--exclude-file', file))) {
    try {
      compilePattern(text)
    } catch (error) {
      if (!isBackupError(error, 'USAGE')) throw error
      const why = String(error.context['why'])
      throw new BackupError('USAGE', `Line ${line} of ${file} is no pattern: it ${why}.`, { cause: error })
    }
    patterns.push(text)
  }
  return patterns
}

export interface GivenPaths {
  readonly paths: readonly string[]
  /** What a source that has no name is called by: paths as they were given, and the lists. */
  readonly names: readonly string[]
}

/**
 * Arguments, and what `--files-from` (a path a line) and `--files-from0` (NUL between paths) list; `-` is standard
 * input. Throws USAGE where there is none.
 */
export async function givenPaths(context: CommandContext): Promise<GivenPaths> {
  const { args, options } = context
  const named = args[0] as string[]
  const paths = [...named]
  const names = named.map((each) => path.resolve(each))
  for (const [option, separator] of [
    ['filesFrom', '\n'],
    ['filesFrom0', '\0'],
  ] as const) {
    for (const file of listOption(options, option)) {
      const flag = option === 'filesFrom' ? '--files-from' : '--files-from0'
      for (const each of pathsIn(await readList(context, flag, file), separator)) paths.push(each)
      names.push(file === '-' ? '@-' : `@${path.resolve(file)}`)
    }
  }
  if (paths.length === 0)
    throw new BackupError(
      'USAGE',
      names.length === 0
        ? 'Name a path to back up, or a list of them with --files-from.'
        : 'The list of paths is empty.',
    )
  return { paths: [...new Set(paths)], names }
}

function pathsIn(bytes: string, separator: string): string[] {
  const isText = separator === '\n'
  // Editors of other systems mark a text as UTF-8, and end its lines their way.
  return (isText ? bytes.replace(/^\xef\xbb\xbf/, '') : bytes)
    .split(separator)
    .map((each) => textOfBytes(isText ? each.replace(/\r$/, '') : each))
    .filter((each) => each !== '')
}

/** One character a byte. */
async function readList(context: CommandContext, flag: string, file: string): Promise<string> {
  try {
    return (await readGiven(file, context)).toString('latin1')
  } catch (error) {
    const cause = systemCode(error)
    if (cause === undefined || error instanceof BackupError) throw error
    throw new BackupError('USAGE', `The file of ${flag} can not be read (${cause}): ${file}.`, { cause: error })
  }
}
