/** Where the worker's entry file is: beside the sources, in the compiled tree, or beside the bundle. */

declare const NEONPRO_BUNDLED: boolean | undefined

/** URL of the worker thread's entry. */
export function workerUrl(): URL {
  if (typeof NEONPRO_BUNDLED !== 'undefined') return new URL('./worker-main.js', import.meta.url)
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new URL(`../engine/worker/worker-main.${extension}`, import.meta.url)
}
