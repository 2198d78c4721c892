/** The door: one database or the other. */
import type { Catalog } from './catalog.ts'
import type { OwnerLock } from './embedded/owner-lock.ts'

/** `url` names a PostgreSQL server; `directory` holds the embedded database. */
export type CatalogLocation = { readonly url: string } | { readonly directory: string }

/**
 * Loads only the driver that is used. Throws what {@link openPostgresCatalog} and {@link openEmbeddedCatalog} throw.
 */
export async function openCatalog(
  location: CatalogLocation,
  options: { readonly lock?: OwnerLock; readonly signal?: AbortSignal } = {},
): Promise<Catalog> {
  const { lock, signal } = options
  if ('url' in location)
    return await (await import('./postgres/postgres-catalog.ts')).openPostgresCatalog({
      ...location,
      ...(signal && { signal }),
    })
  return await (await import('./embedded/embedded-catalog.ts')).openEmbeddedCatalog({
    ...location,
    ...(lock && { lock }),
  })
}

/** What `system init-db` does. False when the schema was there. Throws what {@link initDatabase} throws. */
export async function initExternalDatabase(
  url: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<boolean> {
  return await (await import('./postgres/postgres-catalog.ts')).initDatabase({
    url,
    ...(options.signal && { signal: options.signal }),
  })
}
