/**
 * A directory of the target that stays open until the last of its files has its own name: only then may its metadata be
 * set.
 */
import type { TargetDirectory } from './target-directory.ts'

export class HeldDirectory {
  readonly target: TargetDirectory
  #held = 0
  #end: (() => void) | undefined

  constructor(target: TargetDirectory) {
    this.target = target
  }

  /** For a file that is being written. */
  hold(): void {
    this.#held += 1
  }

  release(): void {
    this.#held -= 1
    this.#endIfFree()
  }

  /** No more files come. `end` runs once, when none is being written any more: perhaps now. */
  close(end: () => void): void {
    this.#end = end
    this.#endIfFree()
  }

  #endIfFree(): void {
    if (this.#held > 0) return
    const end = this.#end
    this.#end = undefined
    end?.()
  }
}
