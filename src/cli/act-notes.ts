/** What a command says for its entry in the audit log, while it works: it stands there however the command ends. */

/** Without secrets and without patient data; lists are cut. */
export type ActFacts = Readonly<Record<string, string | number | boolean | readonly string[]>>

export interface ActNotes {
  /** On what. */
  about(facts: ActFacts): void
  /** What has been changed for good, as soon as it has: an error that follows refuses no more, it fails. */
  done(facts: ActFacts): void
}

/** So that the details of an entry keep their bound, 32 KiB. */
const LISTED_MAX = 100

export class NotedAct implements ActNotes {
  #facts: ActFacts = {}
  #isBegun = false
  #isMet = false

  about(facts: ActFacts): void {
    this.#isMet = true
    this.#facts = { ...this.#facts, ...facts }
  }

  done(facts: ActFacts): void {
    this.#isBegun = true
    this.about(facts)
  }

  /** It got as far as what it is about: what refuses it now refuses an act, and no slip of the pen. */
  get isMet(): boolean {
    return this.#isMet
  }

  get isBegun(): boolean {
    return this.#isBegun
  }

  get facts(): ActFacts {
    return this.#facts
  }
}

/** The first of a list and how many there are: `{ copied: […], copiedCount: 7 }`; nothing of an empty one. */
export function listed(name: string, values: readonly string[]): ActFacts {
  if (values.length === 0) return {}
  return { [name]: values.slice(0, LISTED_MAX), [`${name}Count`]: values.length }
}
