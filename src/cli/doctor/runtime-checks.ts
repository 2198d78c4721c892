/** What the program runs on. */
import zlib from 'node:zlib'
import { systemCalls, systemCallsMissing } from '../../kernel/system-calls.ts'
import type { CommandContext } from '../command.ts'
import { type Check, fine, missing } from './check.ts'

/** Of `engines` in package.json. */
const NODE_LEAST = [22, 15] as const

export interface RuntimeFacts {
  /** Of Node.js: `22.15.0`. */
  readonly version: string
  readonly hasZstd: boolean
  /** Why there are no system calls; undefined: they are there. */
  readonly callsMissing: string | undefined
}

export function runtimeFacts(): RuntimeFacts {
  return {
    version: process.versions.node,
    hasZstd: typeof zlib.zstdCompressSync === 'function',
    callsMissing: systemCalls() === undefined ? String(systemCallsMissing()) : undefined,
  }
}

export function runtimeChecks({ t }: CommandContext, { version, hasZstd, callsMissing }: RuntimeFacts): Check[] {
  const least = NODE_LEAST.join('.')
  const node = { id: 'NODE', message: `Node.js ${version}`, amiss: t('doctor.oldNode', { version, least }) } as const
  const zstd = { id: 'ZSTD', message: 'zstd', amiss: t('doctor.noZstd', { version }) } as const
  const calls = {
    id: 'SYSTEM_CALLS',
    message: t('doctor.calls'),
    amiss: t('doctor.noCalls', { why: callsMissing ?? '' }),
  } as const
  const newer = t('doctor.newerNode', { least })
  return [
    isOldNode(version) ? missing(node, newer) : fine(node),
    hasZstd ? fine(zstd) : missing(zstd, newer),
    callsMissing === undefined ? fine(calls) : missing(calls, 'npm install koffi'),
  ]
}

function isOldNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < NODE_LEAST[0] || (major === NODE_LEAST[0] && minor < NODE_LEAST[1])
}
