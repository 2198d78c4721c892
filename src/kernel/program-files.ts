/** Where files that belong to the program are: sources, compiled tree and bundles all lie two levels below its root. */

declare const NEONPRO_BUNDLED: boolean | undefined

/** URL of the package's root, which holds all that the program runs on. */
export function programFolder(): URL {
  return new URL('../../', import.meta.url)
}

/**
 * URL of a module that is a program of its own, or a thread's entry. `module` is its path in the sources, without
 * ending; in a bundle it stands beside the bundle, by its last name.
 */
export function programModule(module: string): URL {
  if (typeof NEONPRO_BUNDLED !== 'undefined') return new URL(`./${module.split('/').at(-1)}.js`, import.meta.url)
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new URL(`../${module}.${ending}`, import.meta.url)
}
