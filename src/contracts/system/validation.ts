/**
 * One way from a schema's complaint to CONFIG_INVALID: the path, what is wrong, the accepted form. Values of secret
 * options are never repeated.
 */
import type { z } from 'zod'
import { BackupError } from '../../kernel/backup-error.ts'
import { lettersApart } from '../../kernel/near-names.ts'
import { TILDE_KEPT } from '../../kernel/tilde.ts'
import { KEEPS_NOTHING } from '../retention.ts'
import type { OptionReference } from './option-reference.ts'

export interface ValidationPlace {
  /** What each path accepts. */
  readonly options: Readonly<Record<string, Pick<OptionReference, 'accepted'>>>
  /** What the value as a whole is called. Default: config. */
  readonly whole?: string
  /** Where the value comes from, put before each path: "config.json: ". */
  readonly origin?: string
  /** Names of members whose values are never repeated, besides those that look like secrets. */
  readonly secrets?: readonly string[]
  /** What leads to the options, and is not named with them. */
  readonly within?: RegExp
}

type Issue = z.core.$ZodIssue

const VALUE_CHARS_MAX = 60
const NEVER_REPEATED = /url|secret|password|key|token/i

/** Parses, or throws CONFIG_INVALID about the first thing that is wrong. */
export function parseOptions<S extends z.ZodType>(schema: S, value: unknown, place: ValidationPlace): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw refusalOf(deepest(parsed.error.issues[0]!), value, place)
}

/** CONFIG_INVALID with the accepted form that the table has for the path. `why` is a phrase of contracts/phrases.ts. */
export function invalidOption(path: string, why: string, place: ValidationPlace): BackupError {
  const accepted = place.options[referencePath(path)]?.accepted.en ?? 'an object'
  const named = namedPath(path, place)
  return new BackupError('CONFIG_INVALID', `${named}: ${why}; accepted: ${accepted}.`, {
    context: { path: named, why, accepted },
  })
}

function namedPath(path: string, { origin = '', within }: ValidationPlace): string {
  return `${origin}${within ? path.replace(within, '') : path}`
}

/** Of a choice between forms, the complaint of the one that was meant: whose own kind fits. */
function deepest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue
  const meant = issue.errors.find(
    (branch) => !branch.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  )?.[0]
  if (!meant) return issue
  return deepest({ ...meant, path: [...issue.path, ...meant.path] })
}

function refusalOf(issue: Issue, value: unknown, place: ValidationPlace): BackupError {
  if (issue.code === 'unrecognized_keys') return unknownOption(issue, place)
  return invalidOption(
    pathText(issue.path) || (place.whole ?? 'config'),
    whyOf(issue, valueAt(value, issue.path), place),
    place,
  )
}

function unknownOption(issue: Issue & { code: 'unrecognized_keys' }, place: ValidationPlace): BackupError {
  const parent = pathText(issue.path)
  const name = issue.keys[0] ?? ''
  const path = parent === '' ? name : `${parent}.${name}`
  const known = memberNames(parent, place.options)
  const nearest = nearestName(name, known)
  const why = nearest === undefined ? 'there is no such option' : `there is no such option (did you mean ${nearest}?)`
  const named = namedPath(path, place)
  return new BackupError('CONFIG_INVALID', `${named}: ${why}`, {
    context: { path: named, why, accepted: `one of the known options: ${known.join(', ')}` },
  })
}

function whyOf(issue: Issue, value: unknown, { secrets = [] }: ValidationPlace): string {
  if (issue.message === KEEPS_NOTHING || issue.message === TILDE_KEPT) return issue.message
  if (value === undefined) return 'it is missing'
  if (typeof value === 'function') return 'it is of the type function'
  if (typeof value === 'object' && value !== null)
    return `it is of the type ${Array.isArray(value) ? 'list' : 'object'}`
  const names = issue.path.filter((part) => typeof part === 'string')
  if (NEVER_REPEATED.test(names.at(-1) ?? '') || names.some((each) => secrets.includes(each)))
    return `it is of the type ${typeof value}`
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return `it is ${text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX)}…` : text}`
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at: unknown = value
  for (const part of path)
    at = typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[part] : undefined
  return at
}

/** `retention.custom[0].keep` */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${String(part)}`))
    .join('')
}

function referencePath(path: string): string {
  return path.replace(/\[\d+\]/g, '[]')
}

function memberNames(parent: string, options: ValidationPlace['options']): string[] {
  const prefix = parent === '' ? '' : `${referencePath(parent)}.`
  return Object.keys(options)
    .filter((path) => path.startsWith(prefix) && /^\w+$/.test(path.slice(prefix.length)))
    .map((path) => path.slice(prefix.length))
}

/** The known name that is at most a third of its letters away, or undefined. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const near = known
    .map((each) => ({ each, distance: lettersApart(name.toLowerCase(), each.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0]
  return near && near.distance <= Math.max(2, Math.floor(near.each.length / 3)) && near.distance < near.each.length
    ? near.each
    : undefined
}

/** Every path of a schema, with `[]` for the positions of a list. */
export function* schemaPaths(schema: z.core.$ZodType, path = ''): Generator<string> {
  if (path !== '') yield path
  const { def } = schema._zod as {
    def: {
      innerType?: z.core.$ZodType
      shape?: Record<string, z.core.$ZodType>
      element?: z.core.$ZodType
      options?: z.core.$ZodType[]
    }
  }
  if (def.innerType) yield* schemaPaths(def.innerType, path)
  for (const [name, member] of Object.entries(def.shape ?? {}))
    yield* schemaPaths(member, path === '' ? name : `${path}.${name}`)
  if (def.element) yield* schemaPaths(def.element, `${path}[]`)
  for (const option of def.options ?? []) yield* schemaPaths(option, path)
}
