/** Facts that tell whether a process that wrote something is still there. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import { systemCode } from './backup-error.ts'

/**
 * Changes with every start of the machine, and differs between containers that can't see each other's processes: equal
 * texts, and a process number can be looked up. Empty where the platform has none.
 */
export function bootId(): string {
  try {
    const processes = /\d+/.exec(fs.readlinkSync('/proc/self/ns/pid'))?.[0] ?? ''
    return `${fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${processes}`
  } catch {
    return ''
  }
}

/** When the process began, in clock ticks since boot; empty when it is gone or the platform does not say. */
export function processStart(pid: number = process.pid): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}

export function hostName(): string {
  return os.hostname()
}

export function userName(): string {
  try {
    return os.userInfo().username
  } catch {
    return String(process.getuid?.() ?? '')
  }
}

let tag: string | undefined

/**
 * Eight hexadecimal digits for this start of this machine: what carries them was made by a process that can be looked
 * up here. Taken once: it stands in the name of every file that is restored.
 */
export function machineTag(): string {
  tag ??= createHash('sha256').update(`${hostName()} ${bootId()}`).digest('hex').slice(0, 8)
  return tag
}
