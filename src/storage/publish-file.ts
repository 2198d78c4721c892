/** A finished file becomes an object, in whatever store. */
import fs from 'node:fs'
import type { ByteSource, CallOptions, ObjectStore } from './object-store.ts'

const READ_BYTES = 1024 * 1024

/**
 * Makes a file of the workspace durable under `key` and removes it from there. Throws what `put` throws; the file is
 * still there then.
 */
export async function publishFile(
  store: ObjectStore,
  staged: string,
  { key, ...options }: CallOptions & { readonly key: string },
): Promise<void> {
  if (store.local) return store.local.publish(staged, key, options)
  await store.put(key, fileSource(staged), options)
  await fs.promises.rm(staged, { force: true })
}

function fileSource(file: string): ByteSource {
  return {
    bytes: fs.statSync(file).size,
    open: (signal) => fs.createReadStream(file, { highWaterMark: READ_BYTES, ...(signal && { signal }) }),
  }
}
