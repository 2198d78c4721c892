export {
  type Catalog,
  CatalogKind,
  type Database,
  type DatabaseTransaction,
  DEFAULT_TENANT_ID,
  type Identity,
  type SqlExecutor,
} from './catalog.ts'
export { isUniqueViolation, sqlState } from './driver-error.ts'
export { type Owner, OwnerLock, readOwner } from './embedded/owner-lock.ts'
export { type CatalogLocation, initExternalDatabase, openCatalog } from './open-catalog.ts'
export type { Tables } from './tables.ts'
