export interface InOrderOptions {
  /** Items that are worked on at the same time. */
  readonly widthMax: number
}

/**
 * Works on several items at once, and yields what comes of them in their order. An error is thrown when its item's turn
 * has come. Nothing is left running behind the last yield: what has begun is waited for, also where the reader stops
 * early or an item failed.
 */
export async function* inOrder<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  { widthMax }: InOrderOptions,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = []
  try {
    for await (const item of items) {
      const result = work(item)
      // Its turn may come after another one's error has ended the reading.
      result.catch(() => {})
      begun.push(result)
      if (begun.length >= widthMax) yield await begun.shift()!
    }
    while (begun.length > 0) yield await begun.shift()!
  } finally {
    await Promise.allSettled(begun)
  }
}
