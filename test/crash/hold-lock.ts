/** Takes the owner's lock in argv[2], says so, and keeps it until it is killed. */
import { OwnerLock } from '../../src/catalog/index.ts'

await OwnerLock.acquire(process.argv[2]!)
process.stdout.write('held\n')
process.stdin.resume()
