/** Loads only the driver that is used. Throws what {@link openPostgresCatalog} and {@link openEmbeddedCatalog} throw. */
export async function openCatalog(location, options = {}) {
    const { lock, signal } = options;
    if ('url' in location)
        return await (await import("./postgres/postgres-catalog.js")).openPostgresCatalog({ ...location, ...(signal && { signal }) });
    return await (await import("./embedded/embedded-catalog.js")).openEmbeddedCatalog({ ...location, ...(lock && { lock }) });
}
/** What `system init-db` does. False when the schema was there. Throws what {@link initDatabase} throws. */
export async function initExternalDatabase(url, options = {}) {
    return await (await import("./postgres/postgres-catalog.js")).initDatabase({ url, ...(options.signal && { signal: options.signal }) });
}
