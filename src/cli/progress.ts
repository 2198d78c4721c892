/** Progress on standard error: a line that is redrawn on a terminal, a line every ten seconds elsewhere, JSON events on request. */
import { monotonicNs } from '../kernel/clock.ts'
import { formatBytes, formatSeconds } from './format.ts'
import type { Translate } from './locale.ts'

export interface ProgressFacts {
  readonly filesDone: number
  readonly bytesDone: number
  readonly bytesAdded?: number
  readonly bytesExpected?: number | undefined
  /** Serves where the bytes are not known. */
  readonly filesExpected?: number | undefined
}

export interface Progress {
  update(facts: ProgressFacts): void
  end(): void
}

const REDRAW_NS = 100_000_000n
const PLAIN_NS = 10_000_000_000n

export interface ProgressOptions {
  readonly kind: 'backup' | 'restore'
  readonly mode: 'auto' | 'json' | 'none'
  readonly stream: NodeJS.WriteStream
  readonly t: Translate
}

export function createProgress(options: ProgressOptions): Progress {
  const startedNs = monotonicNs()
  const isTerminal = options.stream.isTTY === true
  const intervalNs = options.mode === 'json' ? 1_000_000_000n : isTerminal ? REDRAW_NS : PLAIN_NS
  let shownNs = isTerminal || options.mode === 'json' ? 0n : startedNs
  let width = 0
  const write = (facts: ProgressFacts, seconds: number) => {
    if (options.mode === 'json') return options.stream.write(`${JSON.stringify({ event: 'progress', ...facts, seconds })}\n`)
    const line = lineOf(facts, seconds, options)
    if (!isTerminal) return options.stream.write(`${line}\n`)
    options.stream.write(`\r${line.padEnd(width)}`)
    width = line.length
    return true
  }
  return {
    update: (facts) => {
      const now = monotonicNs()
      if (options.mode === 'none' || now - shownNs < intervalNs) return
      shownNs = now
      write(facts, Number(now - startedNs) / 1e9)
    },
    end: () => {
      if (isTerminal && width > 0) options.stream.write(`\r${' '.repeat(width)}\r`)
    },
  }
}

function lineOf(facts: ProgressFacts, seconds: number, { kind, t }: ProgressOptions): string {
  const rate = facts.bytesDone / Math.max(seconds, 0.001)
  const left = secondsLeft(facts, seconds)
  const eta = left !== undefined && left > 0 ? t('progress.eta', { eta: formatSeconds(left) }) : ''
  const values = { files: facts.filesDone, bytes: formatBytes(facts.bytesDone), added: formatBytes(facts.bytesAdded ?? 0), rate: formatBytes(rate), eta }
  return t(kind === 'backup' ? 'progress.backup' : 'progress.restore', values)
}

function secondsLeft({ bytesDone, bytesExpected, filesDone, filesExpected }: ProgressFacts, seconds: number): number | undefined {
  if (bytesExpected !== undefined && bytesDone > 0) return (seconds * (bytesExpected - bytesDone)) / bytesDone
  return filesExpected !== undefined && filesDone > 0 ? (seconds * (filesExpected - filesDone)) / filesDone : undefined
}
