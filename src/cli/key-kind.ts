/** What kind of key opens a repository, in words. */
import type { Translate } from './locale.ts'
import { en, type MessageKey } from './messages/en.ts'

/** One of a later version is named as it is. */
export function keyKindText(kind: string, t: Translate): string {
  const key = `keyKind.${kind}`
  return key in en ? t(key as MessageKey) : kind
}
