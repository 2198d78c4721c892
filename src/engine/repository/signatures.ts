/**
 * Which documents are signed by whom they name. A signature is the dearest part of reading a small object, and a
 * writer's snapshots are a chain: who has checked a later one's signature, and finds the SHA-256 of an earlier one of
 * the same writer in it, has that writer's word for every byte of the earlier one.
 */
import { inOrder } from '../../kernel/in-order.ts'
import { type DocumentExpectation, isSignedAside, type UnverifiedDocument } from '../crypto/index.ts'

const SIGNATURES_AT_ONCE = 16

/** A document whose seal is whole, under the name that its bytes have. */
export interface OpenedDocument {
  readonly name: string
  readonly key: string
  readonly body: Record<string, unknown>
  readonly document: UnverifiedDocument
  /** Store milliseconds. */
  readonly modifiedMs: number
}

/** Names the document before, of the same signer; null or undefined where there is none. */
export type PreviousOf = (body: Record<string, unknown>) => unknown

/** The names of those whose signers stand behind them. */
export async function signedNames(
  opened: readonly OpenedDocument[],
  expect: DocumentExpectation,
  previousOf: PreviousOf = () => undefined,
): Promise<ReadonlySet<string>> {
  const byName = new Map(opened.map((each) => [each.name, each]))
  const named = new Set(opened.map(({ body }) => previousOf(body)))
  const signed = new Set<string>()
  // Heads first: what their chains reach needs no look of its own. Then the rest, which only documents that nobody
  // signed may have named.
  for (const group of [opened.filter(({ name }) => !named.has(name)), opened.filter(({ name }) => named.has(name))]) {
    const look = async (each: OpenedDocument) => ({
      each,
      isSigned: !signed.has(each.name) && (await isSignedAside(each.document, expect)),
    })
    for await (const { each, isSigned } of inOrder(group, { widthMax: SIGNATURES_AT_ONCE }, look)) {
      if (isSigned) addChain(each, { byName, previousOf, signed })
    }
  }
  return signed
}

/** A name comes in with its whole chain: where one is met that is there, so is the rest. */
function addChain(
  head: OpenedDocument,
  {
    byName,
    previousOf,
    signed,
  }: { byName: ReadonlyMap<string, OpenedDocument>; previousOf: PreviousOf; signed: Set<string> },
): void {
  for (let at: OpenedDocument | undefined = head; at && !signed.has(at.name); ) {
    signed.add(at.name)
    const before: OpenedDocument | undefined = byName.get(String(previousOf(at.body)))
    at = before?.document.signer.equals(head.document.signer) ? before : undefined
  }
}
