/**
 * What a repository makes use of beyond the base of its format (docs/format/v1.md section 3): whoever does not know one
 * of them leaves the kind of work that it stands for.
 */
import { BackupError } from '../../kernel/backup-error.ts'
import { isList, isObject, isText } from '../crypto/index.ts'

/** By the kind of work. */
export interface Features {
  readonly read: readonly string[]
  readonly write: readonly string[]
  readonly delete: readonly string[]
}

export const NO_FEATURES: Features = { read: [], write: [], delete: [] }

/** Those that this program knows. */
export const Feature = {
  /** Points of other sources than files. */
  SOURCES: 'sources',
  /** What servers log. */
  STREAMS: 'streams',
} as const
export type Feature = (typeof Feature)[keyof typeof Feature]

/** What each asks for. */
const FEATURES: Readonly<Record<Feature, Features>> = {
  [Feature.SOURCES]: { read: [Feature.SOURCES], write: [Feature.SOURCES], delete: [Feature.SOURCES] },
  // Whoever does not know them reads and writes snapshots beside them, and must not clean up.
  [Feature.STREAMS]: { read: [], write: [], delete: [Feature.STREAMS] },
}

const WORKS = ['read', 'write', 'delete'] as const

/** In the order in which each came first. */
export function allFeatures(...lists: readonly Features[]): Features {
  const all = (work: keyof Features) => [...new Set(lists.flatMap((each) => each[work]))]
  return { read: all('read'), write: all('write'), delete: all('delete') }
}

export function withFeature(features: Features, feature: Feature): Features {
  return allFeatures(features, FEATURES[feature])
}

export function hasFeature(features: Features, feature: Feature): boolean {
  return WORKS.every((work) => FEATURES[feature][work].every((each) => features[work].includes(each)))
}

/** Why this program may not do that work; undefined where it may. */
export function unknownFeatures(features: Features, work: keyof Features): BackupError | undefined {
  const unknown = features[work].filter((each) => !Object.hasOwn(FEATURES, each))
  if (unknown.length === 0) return undefined
  return new BackupError('FEATURE_UNSUPPORTED', `The repository needs ${unknown.join(', ')} to ${work}.`, {
    context: { feature: unknown.join(', ') },
  })
}

/** As a keyring repeats them; undefined for a shape that only a later version knows. */
export function parsedFeatures(value: unknown): Features | undefined {
  return isObject(value) && WORKS.every((work) => isList(isText)(value[work]))
    ? (value as unknown as Features)
    : undefined
}
