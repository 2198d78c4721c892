/** A process that claims one run and carries it out, and is killed from outside. */
import { carryOutRun } from '../../src/services/execution/index.ts'
import { claimRun } from '../../src/services/scheduling/index.ts'
import { directoryCatalog } from '../harness/catalog.ts'
import { systemOf } from './recovery-parent.ts'

const [base, home, runId] = process.argv.slice(2) as [string, string, string]
const parts = await systemOf(base, await directoryCatalog(home), process.env['TEST_KEY'] ?? '')
const outcome = await claimRun(parts, runId)
process.stdout.write(`${outcome.kind}\n`)
if (outcome.kind === 'CLAIMED') await carryOutRun(parts, outcome.claim, { signal: new AbortController().signal })
