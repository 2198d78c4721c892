export { browsePoint, diffPoints, findInPoints } from './inspect-points.ts'
export { listKeys, listRepositories } from './repositories.ts'
