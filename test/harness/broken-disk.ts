/**
 * A disk that fails, for a process that is started with `--import` of this file: worker threads have it too. What fails
 * stands in NEONPRO_TEST_DISK as JSON: a list of rules, the first that matches acts. It replaces functions of node:fs
 * and node:fs/promises.
 */
import fs from 'node:fs'
import fsPromises, { type FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'

export interface DiskRule {
  readonly call: 'read' | 'write' | 'fsync'
  /** A part of the file's path. */
  readonly file: string
  /** Only at or behind this position; default 0. Read only. */
  readonly from?: number
  /**
   * What node reports; `flip`: the byte at `from` comes back with one bit changed; `short`: fewer bytes come back than
   * were asked for.
   */
  readonly as: keyof typeof ERRNO | 'flip' | 'short'
  /** Only from the n-th matching call on, counted from 1. Default 1. */
  readonly nth?: number
}

const ERRNO = { EINTR: -4, EIO: -5, ENOMEM: -12, EACCES: -13, EMFILE: -24, ENOSPC: -28 } as const
const rules = JSON.parse(process.env['NEONPRO_TEST_DISK'] ?? '[]') as DiskRule[]
const counts = new Map<DiskRule, number>()

function pathOf(descriptor: number): string {
  try {
    return fs.readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    return ''
  }
}

function ruleFor(call: DiskRule['call'], descriptor: number, end = Number.POSITIVE_INFINITY): DiskRule | undefined {
  const file = pathOf(descriptor)
  const rule = rules.find((each) => each.call === call && file.includes(each.file) && end > (each.from ?? 0))
  if (!rule) return undefined
  counts.set(rule, (counts.get(rule) ?? 0) + 1)
  return counts.get(rule)! >= (rule.nth ?? 1) ? rule : undefined
}

function failure(syscall: string, { as }: DiskRule): Error {
  const code = as === 'flip' || as === 'short' ? 'EIO' : as
  return Object.assign(new Error(`${code}: planned failure, ${syscall}`), { code, syscall, errno: ERRNO[code] })
}

const { readSync, writeSync, fsyncSync, fdatasyncSync } = fs
fs.readSync = ((descriptor: number, buffer: Uint8Array, offset: number, length: number, position: number) => {
  const rule = ruleFor('read', descriptor, position + length)
  if (rule && rule.as !== 'flip' && rule.as !== 'short') throw failure('read', rule)
  const got = readSync(descriptor, buffer, offset, rule?.as === 'short' ? shorter(length) : length, position)
  const at = (rule?.from ?? 0) - position
  if (rule?.as === 'flip' && at >= 0 && at < got) buffer[offset + at]! ^= 1
  return got
}) as typeof fs.readSync
const { read } = fs
/** Of one, one comes: a read that gives none is the end of the file. */
function shorter(length: number): number {
  return Math.max(1, Math.floor(length / 2))
}
type Read = (error: Error | null, got: number, buffer: Uint8Array) => void
const readWatched = (
  descriptor: number,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number,
  callback: Read,
): void => {
  const rule = ruleFor('read', descriptor, position + length)
  if (rule && rule.as !== 'flip' && rule.as !== 'short') return void process.nextTick(callback, failure('read', rule))
  read(descriptor, buffer, offset, rule?.as === 'short' ? shorter(length) : length, position, (error, got, into) => {
    const at = (rule?.from ?? 0) - position
    if (rule?.as === 'flip' && at >= 0 && at < got) buffer[offset + at]! ^= 1
    callback(error, got, into)
  })
}
fs.read = Object.assign(readWatched, {
  [promisify.custom]: (...args: Parameters<typeof readWatched> extends [...infer First, Read] ? First : never) =>
    new Promise((resolve, reject) =>
      readWatched(...args, (error, bytesRead, buffer) => (error ? reject(error) : resolve({ bytesRead, buffer }))),
    ),
}) as unknown as typeof fs.read
fs.writeSync = ((descriptor: number, ...rest: unknown[]) => {
  const rule = ruleFor('write', descriptor)
  if (rule) throw failure('write', rule)
  return (writeSync as (...args: unknown[]) => number)(descriptor, ...rest)
}) as typeof fs.writeSync
for (const [name, original] of [
  ['fsyncSync', fsyncSync],
  ['fdatasyncSync', fdatasyncSync],
] as const) {
  fs[name] = (descriptor) => {
    const rule = ruleFor('fsync', descriptor)
    if (rule) throw failure('fsync', rule)
    original(descriptor)
  }
}

const { open } = fsPromises
fsPromises.open = async (file, flags, mode) => watched(await open(file, flags, mode))

function watched(handle: FileHandle): FileHandle {
  const sync = handle.sync.bind(handle)
  handle.sync = async () => {
    const rule = ruleFor('fsync', handle.fd)
    if (rule) throw failure('fsync', rule)
    await sync()
  }
  const writeFile = handle.writeFile.bind(handle)
  handle.writeFile = async (...args) => {
    const rule = ruleFor('write', handle.fd)
    if (rule) throw failure('write', rule)
    await writeFile(...args)
  }
  return handle
}
