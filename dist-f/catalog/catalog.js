export const CatalogKind = { EMBEDDED: 'EMBEDDED', POSTGRES: 'POSTGRES' };
/** The one tenant of an installation that has not named others. */
export const DEFAULT_TENANT_ID = '00000000-0000-4000-8000-000000000001';
