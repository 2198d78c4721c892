/**
 * Frames of packs that are far away, fetched side by side before they are asked for: whoever walks from page to page
 * waits one way for all of them, not one for each.
 */
import { inOrder } from '../../kernel/in-order.ts'
import type { PackReader } from '../../storage/index.ts'
import { FRAME_HEADER_BYTES, HEADER_BYTES } from '../crypto/index.ts'
import type { SegmentPlace } from '../index/index.ts'

const REQUESTS_AT_ONCE = 64
/** One request's answer is whole in memory. */
const RANGE_BYTES_MAX = 4 * 1024 * 1024

export interface WantedSegment {
  readonly segment: number
  readonly place: SegmentPlace
}

interface Range {
  readonly pack: number
  readonly from: number
  end: number
  readonly wanted: WantedSegment[]
}

export class FetchedFrames {
  readonly #frames = new Map<number, Buffer>()
  readonly #headers = new Map<number, Buffer>()

  /**
   * As many of them as have room in `bytesMax`. What can't be had is left out: whoever asks for it meets why. Throws
   * ABORTED.
   */
  async fetch(
    wanted: Iterable<WantedSegment>,
    bytesMax: number,
    readerOf: (pack: number) => Pick<PackReader, 'read'>,
  ): Promise<void> {
    const fetching = inOrder(rangesOf(wanted, bytesMax), { widthMax: REQUESTS_AT_ONCE }, async (range) => ({
      range,
      bytes: await readerOf(range.pack)
        .read(range.from, range.end - range.from)
        .catch(() => Buffer.alloc(0)),
    }))
    for await (const { range, bytes } of fetching) this.#keep(range, bytes)
  }

  frame(segment: number): Buffer | undefined {
    return this.#frames.get(segment)
  }

  header(pack: number): Buffer | undefined {
    return this.#headers.get(pack)
  }

  /** What did not read back is asked for anew. */
  forget(segment: number, pack: number): void {
    this.#frames.delete(segment)
    this.#headers.delete(pack)
  }

  #keep({ pack, from, end, wanted }: Range, bytes: Buffer): void {
    if (bytes.length < end - from) return
    if (from === 0) this.#headers.set(pack, bytes.subarray(0, HEADER_BYTES))
    for (const { segment, place } of wanted)
      this.#frames.set(segment, bytes.subarray(place.offset - from, endOf(place) - from))
  }
}

function endOf({ offset, sealedBytes }: SegmentPlace): number {
  return offset + FRAME_HEADER_BYTES + sealedBytes
}

/** Of each pack its header and what is wanted of it, neighbours in one. */
function rangesOf(wanted: Iterable<WantedSegment>, bytesMax: number): Range[] {
  const ranges: Range[] = []
  let left = bytesMax
  for (const each of wanted) {
    const { place } = each
    left -= endOf(place) - place.offset
    if (left < 0) break
    const last = ranges.at(-1)
    if (last?.pack !== place.pack) {
      const isFirst = place.offset === HEADER_BYTES
      if (!isFirst) ranges.push({ pack: place.pack, from: 0, end: HEADER_BYTES, wanted: [] })
      ranges.push({ pack: place.pack, from: isFirst ? 0 : place.offset, end: endOf(place), wanted: [each] })
    } else if (last.end === place.offset && endOf(place) - last.from <= RANGE_BYTES_MAX) {
      last.end = endOf(place)
      last.wanted.push(each)
    } else ranges.push({ pack: place.pack, from: place.offset, end: endOf(place), wanted: [each] })
  }
  return ranges
}
