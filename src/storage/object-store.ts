/** The port: everything that the engine may assume about storage. */

export interface ObjectStat {
  readonly key: string
  readonly bytes: number
  /** The store's clock, milliseconds since 1970. */
  readonly modifiedMs: number
  /** LOCAL, only where it was asked for: a link, pipe, socket or device. It is no object, and can't be read. */
  readonly isOther?: true
}

/** Bytes that can be read more than once, since a retry starts over. */
export interface ByteSource {
  readonly bytes: number
  open(signal?: AbortSignal): AsyncIterable<Uint8Array>
}

export interface Uptime {
  readonly boot: string
  readonly ms: number
}

/** What only a store of this machine's files can do. Nothing asks for it but speed, and checks of paths. */
export interface LocalFiles {
  /** Folder of all objects, absolute. */
  readonly root: string
  /** On the same file system: what is published from there is renamed, not copied. */
  readonly workspace: string
  /** The file that holds the object of that key. */
  path(key: string): string
  /**
   * Makes a finished file of the workspace durable under `key` and removes it from there. A key that holds an object of
   * the same length is success.
   */
  publish(stagedPath: string, key: string, options?: CallOptions): Promise<void>
  /**
   * A clock of this machine that nobody can set, in milliseconds since the start that `boot` names. A deadline has
   * passed only when it says so too.
   */
  uptime(): Uptime
  /**
   * Keeps some room aside while there is enough (`keep`), and gives it up (`use`), so that on a full disk there is room
   * for what frees room.
   */
  reserve(action: 'keep' | 'use'): Promise<void>
}

/** What another thread or process opens the same store by: plain data, which may hold secrets. */
export interface StoreAddress {
  readonly kind: string
  readonly [setting: string]: unknown
}

export interface CallOptions {
  readonly signal?: AbortSignal
}

export interface PutOptions extends CallOptions {
  readonly ifAbsent?: boolean
  /** The caller looks whether it is there (`requireStored`), beside what it does next. Default false. */
  readonly isLookedForLater?: boolean
}

export interface RangeOptions extends CallOptions {
  readonly offset?: number
  /** Default: all that follows `offset`. */
  readonly length?: number
}

export interface ReadOptions extends RangeOptions {
  /** DAMAGED for a longer object, before any of it is read. */
  readonly bytesMax?: number
}

export interface ListOptions extends CallOptions {
  /** Also what has a key's place and is no object. Default false. */
  readonly withOthers?: boolean
}

/** What a store can do, as data. Probed or known, never guessed from a status code. */
export interface StoreCapabilities {
  readonly createIfAbsent: boolean
  readonly objectLock: boolean
  readonly versions: boolean
}

/**
 * A store of immutable objects by key. Keys are segments of `[a-z0-9._-]` joined by "/". Reads see every acknowledged
 * write at once. A write is acknowledged only when it would survive a power cut; nothing of a failed or aborted write
 * is ever visible.
 */
export interface StoreCapacity {
  readonly bytesFree: number
  readonly bytesTotal: number
  /** Files that can still be made; undefined where nobody counts them. */
  readonly filesFree?: number
}

export interface ObjectStore extends AsyncDisposable {
  readonly kind: string
  /** For people; never holds a secret. */
  readonly location: string
  readonly capabilities: StoreCapabilities
  /** Only where objects are files of this machine. */
  readonly local?: LocalFiles
  /** Only where objects are no files of this machine, and another thread can open the store. */
  readonly address?: StoreAddress | undefined
  /** Called before the first write of a run: sweeps what dead runs left half-written. Reading needs no call of this. */
  prepare(): Promise<void>
  /**
   * Stores an object durably. A source is drawn on as fast as the store takes it, never whole into memory; one that
   * fails, or is not as long as it said, leaves nothing. With `ifAbsent`, throws ALREADY_EXISTS where the key is taken.
   * Throws DISK_FULL, PERMISSION_DENIED, STORAGE_FAILED.
   */
  put(key: string, body: ByteSource | Uint8Array, options?: PutOptions): Promise<void>
  /**
   * The object, or exactly `length` bytes from `offset`. Throws NOT_FOUND, also for what is no file; DAMAGED for one
   * longer than `bytesMax`; STORAGE_FAILED for a range that the object does not have.
   */
  get(key: string, options?: ReadOptions): Promise<Uint8Array>
  /**
   * The same in pieces, in memory a few of them at a time, however slowly they are taken. Throws what `get` throws, and
   * STORAGE_FAILED where they end before all has come: what was taken until then is no whole. May be left at any piece.
   */
  stream(key: string, options?: RangeOptions): AsyncIterable<Uint8Array>
  head(key: string, options?: CallOptions): Promise<ObjectStat | undefined>
  /** Every object whose key begins with `prefix`, in byte order of the keys. Never an unfinished one. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectStat>
  /** Removes an object; one that is absent is success. */
  delete(key: string, options?: CallOptions): Promise<void>
  capacity(): Promise<StoreCapacity | undefined>
  /** The store's own time, by the date of an object that it has just written. */
  nowMs(): Promise<number>
}
