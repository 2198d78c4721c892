/**
 * The system calls that Node lacks, over koffi: file access relative to an open directory, raw names, exact times,
 * extended attributes, holes. Linux only; elsewhere, or where koffi does not load, `systemCalls()` is undefined and the
 * metadata that needs them is reported as not kept. Names are strings of one character a byte (latin1), so that every
 * name survives and string order is byte order.
 */
import { createRequire } from 'node:module'
import { invariant } from './invariant.ts'

const AT_SYMLINK_NOFOLLOW = 0x100
const AT_REMOVEDIR = 0x200
const AT_EMPTY_PATH = 0x1000
const AT_NO_AUTOMOUNT = 0x800
const STATX_BASIC_AND_BIRTH = 0xfff
const RENAME_NOREPLACE = 1
const SEEK_DATA = 3
const POSIX_FADV_WILLNEED = 3
const SEEK_HOLE = 4
const UTIME_OMIT = 0x3ffffffe
const NAME_BYTES_MAX = 8192
const XATTR_LIST_BYTES_MAX = 65536
const XATTR_VALUE_BYTES_MAX = 65536
const M_TRIM_THRESHOLD = -1
const M_MMAP_THRESHOLD = -3
const M_ARENA_MAX = -8

const ERRNO_NAMES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  4: 'EINTR',
  5: 'EIO',
  6: 'ENXIO',
  9: 'EBADF',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  16: 'EBUSY',
  17: 'EEXIST',
  18: 'EXDEV',
  19: 'ENODEV',
  20: 'ENOTDIR',
  21: 'EISDIR',
  22: 'EINVAL',
  23: 'ENFILE',
  24: 'EMFILE',
  26: 'ETXTBSY',
  27: 'EFBIG',
  28: 'ENOSPC',
  30: 'EROFS',
  31: 'EMLINK',
  34: 'ERANGE',
  36: 'ENAMETOOLONG',
  38: 'ENOSYS',
  39: 'ENOTEMPTY',
  40: 'ELOOP',
  61: 'ENODATA',
  75: 'EOVERFLOW',
  95: 'EOPNOTSUPP',
  116: 'ESTALE',
  122: 'EDQUOT',
}

/** A failed system call: `code` as Node spells it. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError'
  readonly code: string
  readonly syscall: string

  constructor(syscall: string, errno: number) {
    const code = ERRNO_NAMES[errno] ?? `errno ${errno}`
    super(`${code}: ${syscall}`)
    this.code = code
    this.syscall = syscall
  }
}

/** Offsets in the buffer that `statx` fills (linux/stat.h, struct statx). */
export const StatxOffset = {
  ATTRIBUTES: 8,
  LINKS: 16,
  UID: 20,
  GID: 24,
  MODE: 28,
  INODE: 32,
  SIZE: 40,
  BLOCKS: 48,
  CTIME_SECONDS: 96,
  CTIME_NANOSECONDS: 104,
  MTIME_SECONDS: 112,
  MTIME_NANOSECONDS: 120,
  RDEV_MAJOR: 128,
  RDEV_MINOR: 132,
  DEVICE_MAJOR: 136,
  DEVICE_MINOR: 140,
} as const
export const STATX_BYTES = 256

export interface ExactTime {
  /** Seconds since 1970, negative before. */
  readonly seconds: number
  readonly nanoseconds: number
}

export type SystemCalls = ReturnType<typeof bindSystemCalls>

type Native = (...args: unknown[]) => number

interface Binding {
  /** Its C declaration, `{}` in the place of its name. */
  readonly form: string
  /** Where a C library has it under another name, or under none and only as a number for `syscall`. */
  readonly also?: readonly string[]
  readonly numbers?: Readonly<Record<string, number>>
}

/**
 * What is bound, by glibc's names. musl has 64-bit offsets under the plain names alone since 1.2.4; before 1.2.5 it had
 * neither statx nor renameat2.
 */
export const BINDINGS = {
  openat: { form: 'int {}(int fd, void *name, int flags, unsigned int mode)' },
  getdents64: { form: 'long {}(int fd, void *buffer, unsigned long bytes)', also: ['getdents'] },
  statx: {
    form: 'int {}(int fd, void *name, int flags, unsigned int mask, void *buffer)',
    numbers: { x64: 332, arm64: 291 },
  },
  readlinkat: { form: 'long {}(int fd, void *name, void *buffer, unsigned long bytes)' },
  flistxattr: { form: 'long {}(int fd, void *list, unsigned long bytes)' },
  fgetxattr: { form: 'long {}(int fd, void *name, void *value, unsigned long bytes)' },
  fsetxattr: { form: 'int {}(int fd, void *name, void *value, unsigned long bytes, int flags)' },
  fremovexattr: { form: 'int {}(int fd, void *name)' },
  llistxattr: { form: 'long {}(void *path, void *list, unsigned long bytes)' },
  lgetxattr: { form: 'long {}(void *path, void *name, void *value, unsigned long bytes)' },
  lsetxattr: { form: 'int {}(void *path, void *name, void *value, unsigned long bytes, int flags)' },
  lremovexattr: { form: 'int {}(void *path, void *name)' },
  mkdirat: { form: 'int {}(int fd, void *name, unsigned int mode)' },
  mknodat: { form: 'int {}(int fd, void *name, unsigned int mode, unsigned long device)' },
  symlinkat: { form: 'int {}(void *target, int fd, void *name)' },
  linkat: { form: 'int {}(int fromFd, void *from, int toFd, void *to, int flags)' },
  renameat2: {
    form: 'int {}(int fromFd, void *from, int toFd, void *to, unsigned int flags)',
    numbers: { x64: 316, arm64: 276 },
  },
  unlinkat: { form: 'int {}(int fd, void *name, int flags)' },
  fchownat: { form: 'int {}(int fd, void *name, unsigned int uid, unsigned int gid, int flags)' },
  fchmodat: { form: 'int {}(int fd, void *name, unsigned int mode, int flags)' },
  utimensat: { form: 'int {}(int fd, void *name, void *times, int flags)' },
  futimens: { form: 'int {}(int fd, void *times)' },
  posix_fadvise: { form: 'int {}(int fd, int64_t offset, int64_t bytes, int advice)' },
  lseek64: { form: 'int64_t {}(int fd, int64_t offset, int whence)', also: ['lseek'] },
} as const satisfies Readonly<Record<string, Binding>>

type Library = ReturnType<KoffiModule['load']>

/** Throws what koffi says of the first name when the library has the function under none. */
function bound(lib: Library, name: string, { form, also = [], numbers }: Binding): Native {
  const [first, ...others] = [name, ...also].map((each) => () => lib.func(form.replace('{}', each)) as Native)
  try {
    return first!()
  } catch (error) {
    for (const other of others) {
      const native = orUndefined(other)
      if (native) return native
    }
    const number = numbers?.[process.arch]
    if (number === undefined) throw error
    const native = lib.func(form.replace('{}(', 'syscall(long number, ')) as Native
    return (...args) => native(number, ...args)
  }
}

function orUndefined<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}

export function bindSystemCalls(koffi: KoffiModule) {
  const lib = koffi.load(null)
  const native = Object.fromEntries(
    Object.entries(BINDINGS).map(([name, binding]) => [name, bound(lib, name, binding)]),
  ) as Readonly<Record<keyof typeof BINDINGS, Native>>
  const first = Buffer.allocUnsafeSlow(NAME_BYTES_MAX)
  const second = Buffer.allocUnsafeSlow(NAME_BYTES_MAX)
  const nothing = Buffer.alloc(1)
  const times = Buffer.alloc(32)
  const list = Buffer.allocUnsafeSlow(XATTR_LIST_BYTES_MAX)
  const value = Buffer.allocUnsafeSlow(XATTR_VALUE_BYTES_MAX)

  const check = (result: number, syscall: string): number => {
    if (result < 0) throw new SystemCallError(syscall, koffi.errno())
    return result
  }
  const text = (name: string, into: Buffer = first): Buffer => {
    if (name.length >= NAME_BYTES_MAX) throw new SystemCallError('name', 36)
    invariant(!name.includes('\0'), 'A file name holds no NUL.')
    into[into.write(name, 'latin1')] = 0
    return into
  }
  const through = (directory: number, name: string): string => `/proc/self/fd/${directory}/${name}`
  const names = (bytes: number): string[] =>
    list
      .toString('latin1', 0, bytes)
      .split('\0')
      .filter((name) => name !== '')
      .sort()
  const omitOr = (time: ExactTime | undefined, at: number): void => {
    times.writeBigInt64LE(BigInt(time?.seconds ?? 0), at)
    times.writeBigInt64LE(BigInt(time?.nanoseconds ?? UTIME_OMIT), at + 8)
  }

  return {
    /** Opens `name` below a directory; -1 flags are the caller's. Returns a descriptor for node:fs. */
    openat: (directory: number, name: string, flags: number, mode = 0): number =>
      check(native.openat(directory, text(name), flags, mode), 'openat'),
    /** Fills `buffer` with raw directory records; 0 at the end. */
    getdents: (directory: number, buffer: Buffer): number =>
      check(native.getdents64(directory, buffer, buffer.length), 'getdents64'),
    /**
     * Fills `into` (STATX_BYTES) with the entry's own status; a link is not followed. Returns an errno, 0 for success:
     * the hot path throws nothing.
     */
    statx: (directory: number, name: string, into: Buffer): number =>
      native.statx(directory, text(name), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_AND_BIRTH, into) < 0
        ? koffi.errno()
        : 0,
    fstatx: (descriptor: number, into: Buffer): void =>
      void check(native.statx(descriptor, nothing, AT_EMPTY_PATH, STATX_BASIC_AND_BIRTH, into), 'statx'),
    readlinkat: (directory: number, name: string): Buffer => {
      const target = Buffer.allocUnsafe(NAME_BYTES_MAX)
      return Buffer.from(
        target.subarray(0, check(native.readlinkat(directory, text(name), target, target.length), 'readlinkat')),
      )
    },
    /** Names of a descriptor's extended attributes, sorted; empty where the file system has none. */
    flistxattr: (descriptor: number): string[] => {
      const bytes = native.flistxattr(descriptor, list, list.length)
      if (bytes < 0 && ['EOPNOTSUPP', 'ENODATA'].includes(ERRNO_NAMES[koffi.errno()] ?? '')) return []
      return bytes === 0 ? [] : names(check(bytes, 'flistxattr'))
    },
    fgetxattr: (descriptor: number, name: string): Buffer =>
      Buffer.from(value.subarray(0, check(native.fgetxattr(descriptor, text(name), value, value.length), 'fgetxattr'))),
    fsetxattr: (descriptor: number, name: string, data: Uint8Array): void =>
      void check(native.fsetxattr(descriptor, text(name), data, data.length, 0), 'fsetxattr'),
    fremovexattr: (descriptor: number, name: string): void =>
      void check(native.fremovexattr(descriptor, text(name)), 'fremovexattr'),
    llistxattr: (directory: number, name: string): string[] => {
      const bytes = native.llistxattr(text(through(directory, name)), list, list.length)
      if (bytes < 0 && ['EOPNOTSUPP', 'ENODATA'].includes(ERRNO_NAMES[koffi.errno()] ?? '')) return []
      return bytes === 0 ? [] : names(check(bytes, 'llistxattr'))
    },
    lgetxattr: (directory: number, name: string, attribute: string): Buffer =>
      Buffer.from(
        value.subarray(
          0,
          check(
            native.lgetxattr(text(through(directory, name)), text(attribute, second), value, value.length),
            'lgetxattr',
          ),
        ),
      ),
    lsetxattr: (
      directory: number,
      name: string,
      attribute: { readonly name: string; readonly value: Uint8Array },
    ): void =>
      void check(
        native.lsetxattr(
          text(through(directory, name)),
          text(attribute.name, second),
          attribute.value,
          attribute.value.length,
          0,
        ),
        'lsetxattr',
      ),
    lremovexattr: (directory: number, name: string, attribute: string): void =>
      void check(native.lremovexattr(text(through(directory, name)), text(attribute, second)), 'lremovexattr'),
    mkdirat: (directory: number, name: string, mode: number): void =>
      void check(native.mkdirat(directory, text(name), mode), 'mkdirat'),
    mknodat: (
      directory: number,
      name: string,
      node: { readonly mode: number; readonly major: number; readonly minor: number },
    ): void =>
      void check(native.mknodat(directory, text(name), node.mode, deviceNumber(node.major, node.minor)), 'mknodat'),
    symlinkat: (target: Uint8Array, directory: number, name: string): void =>
      void check(
        native.symlinkat(text(Buffer.from(target).toString('latin1'), second), directory, text(name)),
        'symlinkat',
      ),
    linkat: (from: { readonly directory: number; readonly name: string }, directory: number, name: string): void =>
      void check(native.linkat(from.directory, text(from.name, second), directory, text(name), 0), 'linkat'),
    /** Renames inside one directory. With `noReplace` an existing name gives EEXIST. */
    rename: (directory: number, from: string, to: { readonly name: string; readonly noReplace: boolean }): void =>
      void check(
        native.renameat2(directory, text(from), directory, text(to.name, second), to.noReplace ? RENAME_NOREPLACE : 0),
        'renameat2',
      ),
    unlinkat: (directory: number, name: string, options: { readonly isDirectory: boolean }): void =>
      void check(native.unlinkat(directory, text(name), options.isDirectory ? AT_REMOVEDIR : 0), 'unlinkat'),
    lchownat: (directory: number, name: string, owner: { readonly uid: number; readonly gid: number }): void =>
      void check(native.fchownat(directory, text(name), owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW), 'fchownat'),
    fchmodat: (directory: number, name: string, mode: number): void =>
      void check(native.fchmodat(directory, text(name), mode, 0), 'fchmodat'),
    /** Sets the mtime exactly and leaves the atime; a link's own. */
    utimensat: (directory: number, name: string, mtime: ExactTime): void => {
      omitOr(undefined, 0)
      omitOr(mtime, 16)
      check(native.utimensat(directory, text(name), times, AT_SYMLINK_NOFOLLOW), 'utimensat')
    },
    futimens: (descriptor: number, mtime: ExactTime): void => {
      omitOr(undefined, 0)
      omitOr(mtime, 16)
      check(native.futimens(descriptor, times), 'futimens')
    },
    /** Asks the kernel to fetch a file's first bytes; a hint, whose failure is none. */
    willRead: (descriptor: number, bytes: number): void =>
      void native.posix_fadvise(descriptor, 0, bytes, POSIX_FADV_WILLNEED),
    /** Lists a directory from its start again. */
    rewind: (directory: number): void => void check(Number(native.lseek64(directory, 0, 0)), 'lseek'),
    /** The next offset that holds data, or undefined after the last. */
    nextData: (descriptor: number, from: number): number | undefined => {
      const at = Number(native.lseek64(descriptor, from, SEEK_DATA))
      if (at < 0 && ERRNO_NAMES[koffi.errno()] === 'ENXIO') return undefined
      return check(at, 'lseek')
    },
    nextHole: (descriptor: number, from: number): number =>
      check(Number(native.lseek64(descriptor, from, SEEK_HOLE)), 'lseek'),
  }
}

/** makedev(3). */
function deviceNumber(major: number, minor: number): number {
  return (
    (minor & 0xff) + (major & 0xfff) * 2 ** 8 + Math.floor(minor / 256) * 2 ** 20 + Math.floor(major / 4096) * 2 ** 44
  )
}

export interface KoffiModule {
  load(path: null): { func(declaration: string): unknown }
  errno(): number
}

function loadKoffi(): KoffiModule | string {
  if (process.platform !== 'linux') return `${process.platform} is not Linux`
  try {
    return createRequire(import.meta.url)('koffi') as KoffiModule
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

let loaded: { readonly calls: SystemCalls | undefined; readonly reason: string } | undefined

/** The calls of this thread, or undefined where they cannot be had. */
export function systemCalls(): SystemCalls | undefined {
  loaded ??= load()
  return loaded.calls
}

/** Why `systemCalls()` is undefined; empty where it is not. */
export function systemCallsMissing(): string {
  loaded ??= load()
  return loaded.reason
}

function load(): { calls: SystemCalls | undefined; reason: string } {
  const koffi = loadKoffi()
  if (typeof koffi === 'string') return { calls: undefined, reason: koffi }
  try {
    return { calls: bindSystemCalls(koffi), reason: '' }
  } catch (error) {
    return { calls: undefined, reason: error instanceof Error ? error.message : String(error) }
  }
}

/**
 * Asks glibc to keep one malloc arena and to give large blocks back at once, so that the peak is what is in use. Does
 * nothing where it can't. Call it before any thread starts.
 */
export function keepMemoryLean(): void {
  const koffi = loadKoffi()
  if (typeof koffi === 'string') return
  try {
    const mallopt = koffi.load(null).func('int mallopt(int option, int value)') as Native
    mallopt(M_ARENA_MAX, 1)
    mallopt(M_MMAP_THRESHOLD, 256 * 1024)
    mallopt(M_TRIM_THRESHOLD, 1024 * 1024)
  } catch {
    // musl has no mallopt; its allocator has no arenas to limit.
  }
}
