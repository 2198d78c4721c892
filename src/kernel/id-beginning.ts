/** Ids as people type and read them: by a beginning that no other one shares. */

/** Fewer characters are a slip of the pen more often than an id. */
const TYPED_MIN = 4

/** Those of `ids` that `typed` may mean: the one that it is, else all that begin so. */
export function idsMeant(typed: string, ids: readonly string[]): string[] {
  if (ids.includes(typed)) return [typed]
  return typed.length < TYPED_MIN ? [] : [...new Set(ids.filter((id) => id.startsWith(typed)))]
}

/** The beginning of each by which it is told from the others, of `lengthMin` characters at least. */
export function shortIds(ids: readonly string[], lengthMin: number): ReadonlyMap<string, string> {
  const sorted = [...new Set(ids)].sort()
  const shared = (a: string, b: string | undefined) => {
    let length = 0
    while (b !== undefined && length < a.length && a[length] === b[length]) length += 1
    return length
  }
  return new Map(
    sorted.map((id, i) => {
      const length = Math.max(shared(id, sorted[i - 1]), shared(id, sorted[i + 1])) + 1
      return [id, id.slice(0, Math.max(length, lengthMin))]
    }),
  )
}
