/** Where files that belong to the program are: beside the sources, in the compiled tree, or beside the bundle. */

declare const NEONPRO_BUNDLED: boolean | undefined

/** URL of the worker thread's entry; `opensStores`: of one that reads what is no file of this machine. */
export function workerUrl(opensStores: boolean): URL {
  const name = opensStores ? 'far-worker-main' : 'worker-main'
  if (typeof NEONPRO_BUNDLED !== 'undefined') return new URL(`./${name}.js`, import.meta.url)
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new URL(`../engine/worker/${name}.${extension}`, import.meta.url)
}

/** URL of the package's root, which holds all that the program runs on. */
export function programFolder(): URL {
  return new URL('../../', import.meta.url)
}

/**
 * URL of the folder with the control plane's schema and migrations: at the package's root, two levels above sources,
 * compiled tree and bundle alike.
 */
export function databaseFolder(): URL {
  return new URL('../../database/', import.meta.url)
}

/** URL of the folder with the embedded database that the build made ahead. */
export function embeddedTemplateFolder(): URL {
  return new URL('../../dist/embedded/', import.meta.url)
}

/** URL of the unit that is shipped, likewise at the package's root. */
export function serviceUnit(): URL {
  return new URL('../../packaging/systemd/neonpro-backup.service', import.meta.url)
}

/** URL of the entry of a process that does the engine's work for the system. */
export function engineChildUrl(): URL {
  if (typeof NEONPRO_BUNDLED !== 'undefined') return new URL('./engine-child.js', import.meta.url)
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new URL(`../services/execution/engine-child.${extension}`, import.meta.url)
}
