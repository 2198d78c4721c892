/**
 * What there is to know of a kind of source that comes as streams, in one descriptor: the typed configuration, what is
 * secret, what can be asked of it, and how it is read and written back. A descriptor stands in `drivers/NAME.ts`, and
 * in one line of `all.ts`. Files of this machine are no driver: the engine reads them itself.
 */
import type { z } from 'zod'
import type { StreamEntry } from './stream-entry.ts'

/** Given to a descriptor, so that what runs a source without checking a configuration never loads it. */
export type Zod = typeof z

/** Plain data for the snapshot document, at most 64 KiB as JSON: server version, row counts, positions. */
export type SourceFacts = Readonly<Record<string, unknown>>

interface Localized {
  readonly en: string
  readonly 'pt-BR': string
}

export interface SourceCapabilities {
  /** Points can be written back into what they came from, or into another of its kind; else they restore as files. */
  readonly restoresInto: boolean
  /** Between two points there are moments to go to. */
  readonly pointInTime: boolean
}

export interface SourceText {
  /** The accepted form, as the end of a sentence that begins with "Accepted:". */
  readonly accepted: Localized
  /** `—` where there is none. */
  readonly default: string
  /** One English sentence for the documentation. */
  readonly meaning: string
}

/** One reading of a source, consistent in itself. Disposed after the run, also after one that failed. */
export interface OpenSource extends AsyncDisposable {
  /** Taken once. The run asks for the next entry while contents of earlier ones are still being read. */
  entries(): AsyncIterable<StreamEntry>
  /** Asked for when every content has been read to its end. */
  facts(): SourceFacts | Promise<SourceFacts>
}

/** A file of a point that is written back. */
export interface StoredEntry {
  readonly path: string
  readonly bytes: number
  content(signal: AbortSignal): AsyncIterable<Uint8Array>
}

export interface SourceCall {
  readonly signal: AbortSignal
}

/** `Settings`: all that it takes to reach the source; plain data, secrets included. */
export interface SourceDriver<Settings = Record<string, unknown>, Kind extends string = string> {
  /** As configurations and snapshot documents name it: capitals, digits and underscores, at most 32. */
  readonly kind: Kind
  readonly settings: (zod: Zod) => z.ZodType<Settings>
  /** What is sealed in the catalogue, shown nowhere, and goes to a process in its first message only. */
  readonly secrets: readonly string[]
  /**
   * Settings that say only what of the source is read, or how fast. Whoever changes another one, such as the host, has
   * to give the secrets again: else they would be sent wherever he says.
   */
  readonly keepsSecrets?: readonly string[]
  readonly texts: Readonly<Record<string, SourceText>>
  readonly capabilities: SourceCapabilities
  /**
   * Of URLs that name such a source, without the colon: `setupDatabaseBackup` and `--database` find the kind by them.
   */
  readonly schemes?: readonly string[]
  /**
   * How names of variables begin that its own library may read (`PG`): no process that works with another source is
   * given one of those. What the library takes for a secret belongs into `secrets` instead.
   */
  readonly ambient?: readonly string[]
  /** Only with `schemes`. Throws USAGE naming what is wrong with the URL, without repeating it. */
  fromUrl?(url: string): Settings
  /** For people: which source it is. Never holds a secret. */
  label(settings: Settings): string
  /**
   * At save time, before each run and before a point is written back. Changes nothing. Throws SOURCE_FAILED with
   * `source` (the label) and `why`. One that does not answer in time is given up.
   */
  check(settings: Settings, call: SourceCall): Promise<void>
  /** For each run, after `check`. Throws as it does. */
  open(settings: Settings, call: SourceCall): Promise<OpenSource>
  /**
   * Writes a point into what `settings` name; also once more, after a try that was killed half-way. Only where
   * `capabilities.restoresInto`.
   */
  restore?(settings: Settings, entries: AsyncIterable<StoredEntry>, call: SourceCall): Promise<void>
}
