/** Nobody listens, or who did is going: nothing was asked of it. The next election decides. */
export class OwnerUnreachable extends Error {
  override readonly name = 'OwnerUnreachable'
}
