/**
 * An input as callers write it: a literal that a variable has widened (`const logger = { level: "debug" }` makes it a
 * string) is taken too, since every value is checked when it comes in. Editors still offer the known words.
 */
export type Widened<T> = unknown extends T
  ? T
  : T extends string
    ? T | (string & {})
    : T extends number | boolean | undefined | null | Date
      ? T
      : T extends ReadonlyArray<infer Item>
        ? ReadonlyArray<Widened<Item>>
        : { [Key in keyof T]: Widened<T[Key]> }

/**
 * What was written, held against what is wanted: a literal that is none of the known words ("DIALY") and a member that
 * there is none of do not compile; what a variable has widened to `string` does. Stands beside a `const` type parameter
 * that extends `Widened<Wanted>`.
 */
export type Spelt<Given, Wanted> =
  IsAny<Given> extends true
    ? Given
    : unknown extends Wanted
      ? Given
      : Given extends string
        ? SpeltWord<Given, Wanted>
        : Given extends Date
          ? Given
          : Given extends readonly unknown[]
            ? { [Index in keyof Given]: Spelt<Given[Index], ItemOf<Wanted>> }
            : Given extends object
              ? { [Key in keyof Given]: SpeltMember<Given, Wanted, Key> }
              : Given

/** Of an object whose names are not known, only the values are there to be checked when it comes in. */
type SpeltMember<Given, Wanted, Key extends keyof Given> = string extends Key
  ? Given[Key]
  : Key extends KeyOf<Wanted>
    ? Spelt<Given[Key], MemberOf<Wanted, Key>>
    : never

type IsAny<T> = 0 extends 1 & T ? true : false
/** As a template it is the same word from whatever enumeration it comes. */
type SpeltWord<Given extends string, Wanted> = string extends Given
  ? Given
  : `${Given}` extends Wanted
    ? Given
    : Extract<Wanted, string>
type ItemOf<Wanted> = Wanted extends ReadonlyArray<infer Item> ? Item : never
type ObjectsOf<Wanted> = Wanted extends object ? Wanted : never
type KeyOf<Wanted> = ObjectsOf<Wanted> extends infer Each ? (Each extends object ? keyof Each : never) : never
type MemberOf<Wanted, Key> = Wanted extends object ? (Key extends keyof Wanted ? Wanted[Key] : never) : never
