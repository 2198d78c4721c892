/**
 * The system's log: pino's lines to the file and the console, `DEBUG` to standard error, everything through the
 * redacting net. Writing never throws and never waits: a log must not fail what it tells of.
 */
import fs from 'node:fs'
import type { Locale } from '../../contracts/index.ts'
import { type LoggerConfig, type Warning, warningOf } from '../../contracts/system/index.ts'
import { monotonicNs } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { printable, printableValue } from '../../kernel/printable.ts'
import { redactText, redactValue } from '../../kernel/redaction.ts'
import { debugNames } from './debug-names.ts'
import { RotatingFile } from './rotating-file.ts'

export interface LogOptions {
  readonly logger: LoggerConfig
  /** LOGS_DIRECTORY, else HOME. */
  readonly directory: string
  /** Namespaces, as `DEBUG` has them. */
  readonly debug: string
  readonly locale: Locale
  /** Values that must be found in no line. */
  readonly secrets?: readonly string[]
  /** Where `transports` says nothing: the file alone, or the console too. */
  readonly withConsole?: boolean
  /** Default: standard error. */
  readonly console?: (text: string) => void
  /** Default 10 MiB. */
  readonly fileBytesMax?: number
}

export interface SystemLog extends Log, Disposable {
  /** Of the active files. */
  readonly files: readonly string[]
}

const FILE_BYTES_MAX = 10 * 1024 * 1024
const FILES_KEPT = 5
const FILENAME = 'backup.log'
const ROOT = 'backup'
const RESERVED = new Set(['level', 'time', 'pid', 'hostname', 'name', 'msg'])

type Level = 'debug' | 'info' | 'warn' | 'error'
type Fields = Readonly<Record<string, unknown>>

/** Opens the log. A folder that can't be written is no error: the lines go to the console, with a warning. */
export async function openLog(options: LogOptions): Promise<SystemLog> {
  const { pino } = await import('pino')
  const write = safely(options.console ?? toStandardError)
  const targets = wantedTargets(options)
  const sinks = await Promise.all(targets.map((target) => openSink(target, options, write)))
  const logger = pino(
    {
      level: 'trace',
      timestamp: pino.stdTimeFunctions.isoTime,
      base: { pid: process.pid },
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.multistream(
      sinks.map(({ level, write }) => ({ level, stream: { write } })) as Parameters<typeof pino.multistream>[0],
    ),
  )
  const debug = targets.some(isConsoleDebug) ? () => {} : debugWriter(options.debug, write)
  const redact = { known: options.secrets ?? [] }
  const files = sinks.flatMap(({ file }) => file ?? [])
  return {
    ...rootLog((name, level, line) => {
      // A name from a hostile tree can't forge a line or steer a terminal.
      const message = printable(redactText(line.message, redact))
      const fields = line.fields && (printableValue(redactValue(line.fields, redact)) as Fields)
      logger[level]({ name, ...unreserved(fields) }, message)
      debug(name, message, fields)
    }),
    files: files.map(({ path }) => path),
    [Symbol.dispose]: () => files.forEach((file) => void file[Symbol.dispose]()),
  }
}

type Target = NonNullable<LoggerConfig['transports']>[number] & { readonly level: NonNullable<LoggerConfig['level']> }

/** Where lines of a level go; `file` where that is one. */
interface Sink {
  readonly level: Target['level']
  readonly write: (line: string) => void
  readonly file?: RotatingFile
}

function wantedTargets(options: LogOptions): readonly Target[] {
  return (options.logger.transports ?? defaultTransports(options))
    .map((transport) => ({ ...transport, level: transport.level ?? options.logger.level ?? 'info' }))
    .filter(({ level }) => level !== 'silent')
}

function isConsoleDebug({ type, level }: Target): boolean {
  return type === 'console' && (level === 'debug' || level === 'trace')
}

async function openSink(target: Target, options: LogOptions, console: (text: string) => void): Promise<Sink> {
  const isPretty = options.logger.format === 'pretty'
  if (target.type === 'console') {
    const colorize = target.colorize === true
    return { level: target.level, write: await formatted(console, { isPretty: isPretty || colorize, colorize }) }
  }
  const file = new RotatingFile({
    directory: options.directory,
    filename: target.filename ?? FILENAME,
    bytesMax: options.fileBytesMax ?? FILE_BYTES_MAX,
    keep: FILES_KEPT,
    fallback: console,
    onOutage: (file, cause) => console(warningLine(warningOf('LOG_FALLBACK', options.locale, { file, cause }))),
  })
  const write = await formatted((line) => file.write(line), { isPretty, colorize: false })
  return { level: target.level, write, file }
}

type Emit = (
  name: string,
  level: Level,
  line: { readonly message: string; readonly fields: Fields | undefined },
) => void

/** Lines of no room in particular carry a name too, so that `DEBUG=backup:*` means all of them. */
function rootLog(emit: Emit): Log {
  return { ...logOf(`${ROOT}:system`, emit), child: (child) => logOf(`${ROOT}:${child}`, emit) }
}

function logOf(name: string, emit: Emit): Log {
  const at = (level: Level) => (message: string, fields?: Fields) => {
    try {
      emit(name, level, { message, fields })
    } catch {
      // A field with a getter that throws, or its kind: the line is lost, the work goes on.
    }
  }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (child) => logOf(`${name}:${child}`, emit),
  }
}

function defaultTransports({ withConsole }: LogOptions): NonNullable<LoggerConfig['transports']> {
  return [{ type: 'file' }, ...(withConsole === true ? [{ type: 'console' } as const] : [])]
}

/** pino's JSON lines as they are, or made readable. pino-pretty is loaded only then. */
async function formatted(
  write: (line: string) => void,
  { isPretty, colorize }: { isPretty: boolean; colorize: boolean },
): Promise<(line: string) => void> {
  if (!isPretty) return write
  const { prettyFactory } = (await import('pino-pretty')).default
  const pretty = prettyFactory({
    colorize,
    translateTime: 'SYS:standard',
    ignore: 'pid',
    singleLine: true,
    errorLikeObjectKeys: [],
  })
  return (line) => write(String(pretty(line)))
}

/** Lines as the debug package prints them: name, text, milliseconds since the one before. */
function debugWriter(
  namespaces: string,
  write: (text: string) => void,
): (name: string, message: string, fields: Fields | undefined) => void {
  if (namespaces === '') return () => {}
  const isWanted = debugNames(namespaces)
  let beforeNs = monotonicNs()
  return (name, message, fields) => {
    if (!isWanted(name)) return
    const now = monotonicNs()
    write(
      `${name} ${message}${fields === undefined ? '' : ` ${JSON.stringify(fields)}`} +${(now - beforeNs) / 1_000_000n}ms\n`,
    )
    beforeNs = now
  }
}

/** pino's own members can't be replaced by a field of that name. */
function unreserved(fields: Fields | undefined): Fields {
  return Object.fromEntries(
    Object.entries(fields ?? {}).map(([name, value]) => [RESERVED.has(name) ? `${name}_` : name, value]),
  )
}

function warningLine({ code, message }: Warning): string {
  return `${code}: ${printable(message)}\n`
}

function safely(write: (text: string) => void): (text: string) => void {
  return (text) => {
    try {
      write(text)
    } catch {
      // A closed or full console: there is no further place to say it.
    }
  }
}

function toStandardError(text: string): void {
  fs.writeSync(2, text)
}
