export { type DumpOptions, dumpPoint } from './dump-point.ts'
export { browsePoint, diffPoints, findInPoints } from './inspect-points.ts'
export { listKeys } from './keyring.ts'
