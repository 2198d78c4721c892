/**
 * A process that runs one operation and is killed (SIGKILL) at its n-th storage call. Exits 0 when it got to the end.
 */
import { faultyStore } from '../harness/faulty-store.ts'
import { localStore } from '../harness/repository.ts'
import { FORMS, OPERATIONS, prepared } from './operations.ts'

const [base, name, form, at, mode] = process.argv.slice(2) as [
  string,
  string,
  keyof typeof FORMS,
  string,
  'kill' | 'kill-after',
]
const operation = OPERATIONS[name]!
const ready = prepared(base)
const { store } = faultyStore(FORMS[form](localStore(ready[operation.on].folder)), { at: Number(at), mode })
await operation.run(ready, store)
