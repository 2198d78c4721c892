/**
 * A process that runs one operation and is killed (SIGKILL) at its n-th storage call. Exits 0 when it got to the end.
 * `form`: how it reaches the store, or the place of a server and its token.
 */
import { CheckedStore } from '../../src/storage/checked-store.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { type FaultMode, faultyStore } from '../harness/faulty-store.ts'
import { localStore } from '../harness/repository.ts'
import { toy } from '../harness/toy-provider.ts'
import { FORMS, OPERATIONS, prepared } from './operations.ts'

const [base, name, form, at, mode] = process.argv.slice(2) as [string, string, string, string, FaultMode]
const operation = OPERATIONS[name]!
const ready = prepared(base)
const { store } = faultyStore(reached(), { at: Number(at), mode })
await operation.run(ready, store)

function reached(): ObjectStore {
  if (form === 'files' || form === 'calls') return FORMS[form](localStore(ready[operation.on].folder))
  const [place = '', token = ''] = form.split(' ')
  return new CheckedStore(toy.open({ place, token }))
}
