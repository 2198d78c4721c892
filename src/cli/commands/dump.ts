import fs from 'node:fs'
import { PassThrough, Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ArchiveFormat, Inspector, readHistory, type SnapshotEntry, writeArchive } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { diskFull, FullPlace, isFull } from '../../kernel/system-failure.ts'
import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { openRepository } from '../open.ts'
import { refuseOutputPlace } from '../output-place.ts'
import { reasonText } from '../reasons.ts'
import { namedSnapshot } from '../selection.ts'

const EXIT_INCOMPLETE = 3

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'dump'> | null>> {
  const wished = formatOf(context)
  const file = textOption(context.options, 'output')
  if (context.options['json'] === true && file === undefined)
    throw new BackupError('USAGE', 'Standard output carries the file itself: --json needs --output FILE.')
  if (file !== undefined) refuseOutputPlace(context, file)
  await using opened = await openRepository(context)
  const path = String(context.args[1] ?? '/')
  const snapshot = namedSnapshot(context, await readHistory(opened.repository, { signal: context.signal }), {
    wanted: String(context.args[0]),
    place: path,
  })
  await using inspector = await Inspector.open(opened.repository)
  const format = wished ?? ((await inspector.typeOf(snapshot, path)) === 'directory' ? ArchiveFormat.TAR : 'raw')
  if (format === 'raw' && (await inspector.typeOf(snapshot, path)) === 'directory')
    throw new BackupError('USAGE', `${path} is a folder: --format tar or zip packs it.`)
  if (format !== 'raw' && file === undefined && process.stdout.isTTY)
    throw new BackupError('USAGE', 'An archive is nothing for a terminal: redirect it (> FILE) or name --output FILE.')
  const act = (output: Writable) => write({ inspector, snapshot, path, format, output, context })
  const issues = file === undefined ? await act(process.stdout) : await intoFile(file, act)
  if (format === ArchiveFormat.ZIP) context.warn(context.t('dump.zip'))
  if (file !== undefined) context.say(context.t('dump.done', { file, path, snapshot: snapshot.name.slice(0, 12) }))
  for (const { path: at, what } of issues) context.warn(`  ${at}: ${reasonText(what, context.locale)}`)
  const exitCode = issues.length > 0 ? EXIT_INCOMPLETE : 0
  if (file === undefined) return { json: null, exitCode }
  const said = issues.map(({ path: at, what }) => ({ path: at, reason: what }))
  return { json: { snapshot: snapshot.name, path, format, output: file, issues: said }, exitCode }
}

interface Dump {
  readonly inspector: Inspector
  readonly snapshot: SnapshotEntry
  readonly path: string
  readonly format: ArchiveFormat | 'raw'
  readonly output: Writable
  readonly context: CommandContext
}

type Issues = ReadonlyArray<{ readonly path: string; readonly what: string }>

async function write({ inspector, snapshot, path, format, output, context }: Dump): Promise<Issues> {
  const { signal } = context
  if (format !== 'raw') return (await writeArchive(inspector, output, { snapshot, path, format, signal })).issues
  await pipeline(Readable.from(inspector.content(snapshot, path), { objectMode: false }), output, {
    end: false,
    signal,
  })
  return []
}

/** The file appears under its name only when it is whole. */
async function intoFile(file: string, act: (output: Writable) => Promise<Issues>): Promise<Issues> {
  if (fs.existsSync(file)) throw new BackupError('USAGE', `${file} is there already: name another --output.`)
  const aside = `${file}.neonpro-part`
  const through = new PassThrough()
  const written = pipeline(through, fs.createWriteStream(aside, { mode: 0o600, flush: true }))
  try {
    const [issues] = await Promise.all([act(through).finally(() => through.end()), written])
    fs.renameSync(aside, file)
    return issues
  } catch (error) {
    through.destroy()
    await written.catch(() => {})
    fs.rmSync(aside, { force: true })
    throw isFull(error) ? diskFull(FullPlace.OTHER, file, error) : error
  }
}

/** Undefined where it goes by what is dumped. */
function formatOf(context: CommandContext): ArchiveFormat | 'raw' | undefined {
  const text = textOption(context.options, 'format')
  if (text === undefined) return undefined
  const format = [...Object.values(ArchiveFormat), 'raw' as const].find((known) => known === text)
  if (!format) throw new BackupError('USAGE', `--format is raw, tar or zip, not "${text}".`)
  return format
}
