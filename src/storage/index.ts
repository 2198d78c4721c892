export type { ByteSource, CallOptions, ObjectStat, ObjectStore, StoreCapabilities } from './object-store.ts'
export { checkKey } from './key.ts'
