/** What an answer's schema gives, as it is read: nobody changes what was answered. */
export type Shown<T> =
  T extends ReadonlyArray<infer Each>
    ? ReadonlyArray<Shown<Each>>
    : T extends object
      ? { readonly [Name in keyof T]: Shown<T[Name]> }
      : T
