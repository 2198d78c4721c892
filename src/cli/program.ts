/** The command line's program: reads arguments, loads one command, prints one answer, gives one exit code. */
import path from 'node:path'
import { BackupError } from '../kernel/backup-error.ts'
import { environment } from '../kernel/environment.ts'
import { refuseMoved } from '../kernel/home-folder.ts'
import { printable, printableJson } from '../kernel/printable.ts'
import { keepMemoryLean } from '../kernel/system-calls.ts'
import { diskFull, FullPlace, isFull } from '../kernel/system-failure.ts'
import { expandVariables } from '../kernel/tilde.ts'
import { optimizeLateBesideThreads } from '../kernel/worker-thread.ts'
import { type CommandContext, type CommandSpec, type OptionValues, textOption } from './command.ts'
import { type Asked, commandTree, readArguments } from './command-tree.ts'
import { createDetail } from './detail.ts'
import { errorReport } from './error-report.ts'
import { JSON_VERSION } from './json/version.ts'
import { chooseLocale, translator } from './locale.ts'
import { createProgress, PROGRESS_MODES, type ProgressMode } from './progress.ts'

/**
 * Ends the process at once, as if it had no handler: a shell shows 128 and the signal's number. `process.exit` may wait
 * for ever: it joins a helper thread that compiles, and that one may be waiting for this one to collect garbage
 * (https://github.com/nodejs/node/issues/54918).
 */
function dieOf(signal: 'SIGINT' | 'SIGTERM' | 'SIGPIPE'): void {
  // Node ignores SIGPIPE until a handler comes and goes.
  process.on(signal, () => {}).removeAllListeners(signal)
  process.kill(process.pid, signal)
}

function interruption(notice: string): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // The second asks for an end at once.
      if (controller.signal.aborted) return dieOf(name)
      process.stderr.write(`${process.stderr.isTTY ? '\r\u001b[K' : ''}${notice}\n`)
      controller.abort(name)
    })
  }
  return controller.signal
}

/** `ls latest | head` ends in silence when the reader has enough; an output that is full or broken is said. */
function endWithItsReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') dieOf('SIGPIPE')
    else process.exit(report(ofOutput(error), { command: undefined, isJson: false }))
  })
}

function ofOutput(error: Error): Error {
  return isFull(error) ? diskFull(FullPlace.OUTPUT, undefined, error) : error
}

/** Whoever stops reading what is told beside stops no work: the rest is said to nobody. */
function goOnWithoutListener(): void {
  process.stderr.on('error', () => {})
}

type Run = Extract<Asked, { readonly kind: 'run' }>

function progressMode(options: OptionValues): ProgressMode {
  const wanted = options['progress'] ?? (options['quiet'] === true ? 'none' : 'auto')
  const mode = PROGRESS_MODES.find((known) => known === wanted)
  if (!mode) throw new BackupError('USAGE', `--progress is auto, plain, json or none, not "${String(wanted)}".`)
  return mode
}

function contextOf({ spec, options, args, root }: Run): CommandContext {
  const env = expandVariables(environment())
  const locale = chooseLocale(env)
  const t = translator(locale)
  const isJson = options['json'] === true
  const isVerbose = options['verbose'] === true
  const asked = progressMode(options)
  // A bar that is redrawn has no place between lines.
  const mode = isVerbose && asked === 'auto' ? 'plain' : asked
  return {
    command: spec.name,
    args,
    options,
    root,
    env,
    locale,
    t,
    signal: interruption(t('interrupted')),
    say: (line) => void (isJson ? 0 : process.stdout.write(`${printable(line)}\n`)),
    warn: (line) => void process.stderr.write(`${printable(line)}\n`),
    progress: (kind) => createProgress({ kind, mode, stream: process.stderr, t, locale }),
    ...(isVerbose && { detail: createDetail({ isJson, t, write: (text) => process.stderr.write(text) }) }),
  }
}

/** Runs one command. Returns the exit code; never throws. */
async function runCommand(asked: Run): Promise<number> {
  const { spec, options } = asked
  try {
    keepMemoryLean()
    optimizeLateBesideThreads()
    const context = contextOf(asked)
    refuseMovedHome(context)
    const { run } = await spec.load()
    const result = await run(context)
    if (options['json'] === true)
      process.stdout.write(`${printableJson({ jsonVersion: JSON_VERSION, ...result.json })}\n`)
    await result.afterwards?.()
    return result.exitCode ?? 0
  } catch (error) {
    return report(error, { command: spec.name, isJson: options['json'] === true })
  }
}

/** Before keys, settings and all else: a HOME that has gone knows none of them. */
function refuseMovedHome({ command, options, env }: CommandContext): void {
  const home = textOption(options, 'home') || env['NEONPRO_BACKUP_HOME']
  if (home && command !== 'system move-home') refuseMoved(path.resolve(home))
}

/** Prints an error as text or JSON, without a stack unless DEBUG is set. Returns the exit code. */
function report(error: unknown, facts: { readonly command: string | undefined; readonly isJson: boolean }): number {
  const { exitCode, json, lines, stack } = errorReport(error, { command: facts.command, locale: chooseLocale() })
  if (facts.isJson) process.stdout.write(`${printableJson({ jsonVersion: JSON_VERSION, ...json })}\n`)
  process.stderr.write(`${lines.map(printable).join('\n')}\n`)
  if (environment()['DEBUG']) process.stderr.write(`${stack.split('\n').map(printable).join('\n')}\n`)
  return exitCode
}

/** Carries out what the process was called with: one of `specs`. */
export async function runProgram(specs: readonly CommandSpec[]): Promise<void> {
  endWithItsReader()
  goOnWithoutListener()
  const isJson = process.argv.includes('--json')
  try {
    const asked = await readArguments(commandTree(specs, chooseLocale()), process.argv)
    process.exitCode = asked.kind === 'told' ? asked.exitCode : await runCommand(asked)
  } catch (error) {
    process.exitCode = report(error, {
      command: error instanceof BackupError ? (error.context['command'] as string | undefined) : undefined,
      isJson,
    })
  }
}
