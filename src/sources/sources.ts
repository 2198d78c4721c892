/** Everything that is asked of sources without knowing their kind, over a table of drivers. */
import { BackupError } from '../kernel/backup-error.ts'
import { invariant } from '../kernel/invariant.ts'
import type { SourceDriver } from './source-driver.ts'

const KIND = /^[A-Z][A-Z0-9_]{0,31}$/
/**
 * What callers say for files of this machine and for what a URL names: never a driver's own kind. The others are
 * reserved by the format.
 */
const TAKEN = ['FILES', 'DATABASE', 'STREAM', 'GROUP']

/** All that it takes to reach a source: plain data, secrets included. */
export type DriverSettings = Readonly<Record<string, unknown>>

export class Sources {
  readonly drivers: readonly SourceDriver[]

  constructor(drivers: readonly SourceDriver[]) {
    for (const { kind } of drivers) invariant(KIND.test(kind) && !TAKEN.includes(kind), `No kind of a source: ${kind}`)
    const names = drivers.flatMap(({ kind, schemes = [] }) => [kind, ...schemes])
    invariant(new Set(names).size === names.length, 'Kinds and schemes of sources are told apart.')
    this.drivers = drivers
  }

  has(kind: string): boolean {
    return this.drivers.some((each) => each.kind === kind)
  }

  /** Throws SOURCE_NOT_AVAILABLE for a kind that this version does not have. */
  driverOf(kind: string): SourceDriver {
    const found = this.drivers.find((each) => each.kind === kind)
    if (found) return found
    throw new BackupError('SOURCE_NOT_AVAILABLE', `There is no source of the kind ${kind} yet.`, { context: { kind } })
  }

  /** The driver that takes URLs of that scheme. */
  ofScheme(scheme: string): SourceDriver | undefined {
    return this.drivers.find(({ schemes = [], fromUrl }) => fromUrl && schemes.includes(scheme))
  }

  /** Apart: what may be shown and stored, and what is sealed. */
  parted(kind: string, settings: DriverSettings): { readonly shown: DriverSettings; readonly secret: DriverSettings } {
    const { secrets } = this.driverOf(kind)
    const part = (isSecret: boolean): DriverSettings =>
      Object.fromEntries(
        Object.entries(settings).filter(([name, value]) => value !== undefined && secrets.includes(name) === isSecret),
      )
    return { shown: part(false), secret: part(true) }
  }

  /**
   * Which variables a process is not given that works with a source of that kind, or with none: what the libraries of
   * others would take for theirs.
   */
  isForeign(variable: string, kind?: string): boolean {
    return this.drivers.some(
      (each) => each.kind !== kind && (each.ambient ?? []).some((beginning) => variable.startsWith(beginning)),
    )
  }
}
