import { nearNames } from '../kernel/near-names.ts'

export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}

/** For the context of an error over a name that nothing has: which known one may be meant, where one is near. */
export function nearContext(typed: string, known: readonly string[]): { readonly near?: string } {
  const near = nearNames(typed, known)
  return near.length > 0 ? { near: `Did you mean ${quoted(near)}?` } : {}
}
