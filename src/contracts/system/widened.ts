/**
 * An input as callers write it: a literal that a variable has widened (`const logger = { level: "debug" }` makes it a
 * string) is taken too, since every value is checked when it comes in. Editors still offer the known words.
 */
export type Widened<T> = unknown extends T
  ? T
  : T extends string
    ? T | (string & {})
    : T extends number | boolean | undefined | null
      ? T
      : T extends ReadonlyArray<infer Item>
        ? ReadonlyArray<Widened<Item>>
        : { [Key in keyof T]: Widened<T[Key]> }
