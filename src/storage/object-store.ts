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

export interface CallOptions {
  readonly signal?: AbortSignal
}

export interface ReadOptions extends CallOptions {
  readonly offset?: number
  readonly length?: number
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
  /** Called before the first write of a run: sweeps what dead runs left half-written. Reading needs no call of this. */
  prepare(): Promise<void>
  /**
   * Stores an object durably. With `ifAbsent`, throws ALREADY_EXISTS where the key is taken. Throws DISK_FULL,
   * PERMISSION_DENIED, STORAGE_FAILED.
   */
  put(
    key: string,
    body: ByteSource | Uint8Array,
    options?: CallOptions & { readonly ifAbsent?: boolean },
  ): Promise<void>
  /**
   * The object, or exactly `length` bytes from `offset`. Throws NOT_FOUND, also for what is no file; DAMAGED for one
   * longer than `bytesMax`; STORAGE_FAILED for a range that the object does not have.
   */
  get(key: string, options?: ReadOptions): Promise<Uint8Array>
  head(key: string, options?: CallOptions): Promise<ObjectStat | undefined>
  /** Every object whose key begins with `prefix`, in byte order of the keys. Never an unfinished one. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectStat>
  /** Removes an object; one that is absent is success. */
  delete(key: string, options?: CallOptions): Promise<void>
  capacity(): Promise<StoreCapacity | undefined>
  /** The store's own time, by the date of an object that it has just written. */
  nowMs(): Promise<number>
}
