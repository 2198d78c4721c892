/**
 * Progress on standard error: a bar that is redrawn on a terminal, a line every ten seconds elsewhere, JSON events on
 * request.
 */
import { monotonicNs } from '../kernel/clock.ts'
import { formatBytes, formatSeconds } from './format.ts'
import type { ProgressEvent } from './json/index.ts'
import { JSON_VERSION } from './json/version.ts'
import type { Locale, Translate } from './locale.ts'

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

export const PROGRESS_MODES = ['auto', 'plain', 'json', 'none'] as const
export type ProgressMode = (typeof PROGRESS_MODES)[number]

/** What is counted: files that are backed up or restored, packs that are verified. */
export type ProgressKind = 'backup' | 'restore' | 'copy' | 'verify'

const REDRAW_NS = 100_000_000n
const EVENT_NS = 1_000_000_000n
const PLAIN_NS = 10_000_000_000n
const BAR_CELLS_MAX = 24
const BAR_CELLS_MIN = 8
const COLUMNS_DEFAULT = 80

export interface ProgressStream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(text: string): unknown
}

export interface ProgressOptions {
  readonly kind: ProgressKind
  readonly mode: ProgressMode
  readonly stream: ProgressStream
  readonly t: Translate
  readonly locale: Locale
}

export function createProgress(options: ProgressOptions): Progress {
  const { mode, stream } = options
  const startedNs = monotonicNs()
  const isBar = mode === 'auto' && stream.isTTY === true
  const intervalNs = mode === 'json' ? EVENT_NS : isBar ? REDRAW_NS : PLAIN_NS
  let shownNs = isBar || mode === 'json' ? 0n : startedNs
  let isDrawn = false
  return {
    update: (facts) => {
      const now = monotonicNs()
      if (mode === 'none' || now - shownNs < intervalNs) return
      shownNs = now
      const seconds = Number(now - startedNs) / 1e9
      if (mode === 'json') stream.write(`${JSON.stringify(eventOf(facts, seconds, options.kind))}\n`)
      else if (isBar) stream.write(`\r${barOf(facts, seconds, options)}\u001b[K`)
      else stream.write(`${piecesOf(facts, seconds, options).join(', ')}\n`)
      isDrawn = isBar
    },
    end: () => {
      if (isDrawn) stream.write('\r\u001b[K')
    },
  }
}

function eventOf(
  facts: ProgressFacts,
  seconds: number,
  kind: ProgressKind,
): ProgressEvent & { readonly jsonVersion: number } {
  const left = secondsLeft(facts, seconds)
  const { filesDone, bytesDone, bytesAdded = 0, bytesExpected = null, filesExpected = null } = facts
  const went = {
    jsonVersion: JSON_VERSION,
    event: 'progress',
    bytesDone,
    bytesExpected,
    seconds,
    bytesPerSecond: Math.round(rateOf(facts, seconds)),
    secondsLeft: left === undefined ? null : Math.round(left),
  } as const
  if (kind === 'verify') return { ...went, kind, packsDone: filesDone }
  if (kind === 'backup') return { ...went, kind, filesDone, filesExpected, bytesAdded }
  return { ...went, kind, filesDone, filesExpected }
}

/**
 * The bar takes what the words leave of the line; a line that would wrap is cut, for a wrapped one can't be redrawn.
 */
function barOf(facts: ProgressFacts, seconds: number, options: ProgressOptions): string {
  const room = (options.stream.columns ?? COLUMNS_DEFAULT) - 1
  const words = piecesOf(facts, seconds, options).join('  ')
  const share = shareDone(facts)
  const cells = Math.min(BAR_CELLS_MAX, room - words.length - 4)
  if (share === undefined || cells < BAR_CELLS_MIN) return words.slice(0, room)
  const done = Math.round(share * cells)
  return `[${'#'.repeat(done)}${'.'.repeat(cells - done)}]  ${words}`
}

function piecesOf(facts: ProgressFacts, seconds: number, { kind, t, locale }: ProgressOptions): string[] {
  const share = shareDone(facts)
  const left = secondsLeft(facts, seconds)
  const values = {
    files: facts.filesDone,
    bytes: formatBytes(facts.bytesDone, locale),
    added: formatBytes(facts.bytesAdded ?? 0, locale),
  }
  return [
    ...(share === undefined ? [] : [`${String(Math.floor(share * 100)).padStart(3)} %`]),
    t(kind === 'verify' ? 'progress.packs' : 'progress.files', values),
    values.bytes,
    ...(kind === 'backup' ? [t('progress.added', values)] : []),
    `${formatBytes(rateOf(facts, seconds), locale)}/s`,
    ...(left === undefined ? [] : [t('progress.eta', { eta: formatSeconds(left) })]),
  ]
}

function rateOf(facts: ProgressFacts, seconds: number): number {
  return facts.bytesDone / Math.max(seconds, 0.001)
}

/** From 0 to 1; undefined where nothing says how much there is. What grew beyond its parent counts as nearly done. */
function shareDone({ bytesDone, bytesExpected, filesDone, filesExpected }: ProgressFacts): number | undefined {
  if (bytesExpected !== undefined && bytesExpected > 0) return Math.min(1, bytesDone / bytesExpected)
  return filesExpected !== undefined && filesExpected > 0 ? Math.min(1, filesDone / filesExpected) : undefined
}

function secondsLeft(facts: ProgressFacts, seconds: number): number | undefined {
  const share = shareDone(facts)
  return share === undefined || share === 0 || share === 1 ? undefined : (seconds * (1 - share)) / share
}
