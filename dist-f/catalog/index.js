export { CatalogKind, DEFAULT_TENANT_ID } from "./catalog.js";
export { isUniqueViolation, sqlState } from "./driver-error.js";
export { OwnerLock, readOwner } from "./embedded/owner-lock.js";
export { initExternalDatabase, openCatalog } from "./open-catalog.js";
