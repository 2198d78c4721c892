export { browsePoint, diffPoints, findInPoints } from './look-into-points.ts'
export { listKeys, listRepositories } from './repositories.ts'
