/**
 * What a caller gives, checked before it goes anywhere: a call means the same in this process and over the owner's
 * socket, where all is JSON and what JSON has no word for would be lost.
 */
import path from 'node:path'
import { CALL_FORMS } from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'

const PLAIN = 'texts, numbers, true, false, null, lists and objects of them'

/** CONFIG_INVALID for what JSON can not say (a function, a bigint, NaN, what refers to itself), or undefined. */
export function inputRefusal(input: unknown): BackupError | undefined {
  let refused: BackupError | undefined
  try {
    JSON.stringify(input, (name, value: unknown) => {
      const why = whyNotJson(value)
      if (why !== undefined) refused ??= refusal(name, why, PLAIN)
      return why === undefined ? value : null
    })
  } catch (error) {
    return (
      refused ??
      refusal(
        '',
        `it can not be read (${error instanceof Error ? error.message.split('\n')[0] : String(error)})`,
        PLAIN,
      )
    )
  }
  return refused
}

function whyNotJson(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `it is ${value}`
  return ['function', 'symbol', 'bigint'].includes(typeof value) ? `it is of the type ${typeof value}` : undefined
}

function refusal(at: string, why: string, accepted: string): BackupError {
  return new BackupError('CONFIG_INVALID', `${at || 'input'}: ${why}.`, {
    context: { path: at || 'input', why, accepted },
  })
}

/** A moment as the calls take it. What is none stays as it is: the call refuses it with its path. */
export function timeText<T>(time: T | Date): T | string {
  if (!(time instanceof Date)) return time
  return Number.isNaN(time.getTime()) ? String(time) : time.toISOString()
}

/** CONFIG_INVALID for what names no file, or undefined. */
export function pathRefusal(given: unknown): BackupError | undefined {
  return typeof given === 'string'
    ? undefined
    : refusal('path', `it is of the type ${typeof given}`, CALL_FORMS.path.en)
}

/** CONFIG_INVALID for what is no content of a file, or undefined. */
export function contentRefusal(data: unknown): BackupError | undefined {
  return isContent(data) ? undefined : refusal('data', `it is of the type ${typeof data}`, CALL_FORMS.data.en)
}

function isContent(data: unknown): boolean {
  if (typeof data === 'string' || data instanceof Uint8Array) return true
  return typeof data === 'object' && data !== null && Symbol.asyncIterator in data
}

/**
 * A path from the caller's own folder: the process that answers may stand in another. What is no path stays as it is:
 * the call refuses it.
 */
export function pathHere<T>(given: T): T {
  return (typeof given === 'string' && given !== '' ? path.resolve(given) : given) as T
}

/** `paths` of a configuration, each from the caller's own folder. */
export function pathsHere<T>(input: T): T {
  if (typeof input !== 'object' || input === null || !('paths' in input) || !Array.isArray(input.paths)) return input
  return { ...input, paths: input.paths.map(pathHere) }
}

/** Options as a call takes them, the signal apart. What is no object is handed on, so that the call refuses it. */
export function splitSignal<T extends { readonly signal?: AbortSignal }>(
  options: T,
): { readonly input: Omit<T, 'signal'>; readonly call: { readonly signal?: AbortSignal } } {
  if (typeof options !== 'object' || options === null) return { input: { options } as never, call: {} }
  const { signal, ...input } = options
  return { input, call: signal ? { signal } : {} }
}
