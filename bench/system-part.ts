/** What a part of the system's bench is, and what it says. */
export interface Finding {
  readonly what: string
  readonly measured: string
  readonly bar: string
  readonly holds: boolean
}

/** Throws where the machine lacks what it needs. */
export type SystemPart = (options: { readonly runs: number }) => Promise<readonly Finding[]>
