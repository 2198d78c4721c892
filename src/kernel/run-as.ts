/** For a process of root that goes on as somebody else, for good: its threads and children are that one too. */
import fs from 'node:fs'
import { systemCode } from './backup-error.ts'

export interface UserIds {
  readonly uid: number
  readonly gid: number
}

/** Node's types do not know it. */
const takesGroups = process as { initgroups?: (user: string, group: number) => void }

/** The name in /etc/passwd, else the number. */
export function nameOfUser(uid: number): string {
  try {
    const line = fs
      .readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((each) => each.split(':')[2] === String(uid))
    return line?.split(':')[0] ?? String(uid)
  } catch {
    return String(uid)
  }
}

/**
 * Takes that user's groups and ids, real, effective and saved. Undefined: done. Else the code of the system's refusal
 * (EPERM in a container without CAP_SETUID), and nothing has changed.
 */
export function becomeUser({ uid, gid }: UserIds): string | undefined {
  const name = nameOfUser(uid)
  try {
    if (name === String(uid)) process.setgroups?.([gid])
    else takesGroups.initgroups?.(name, gid)
    process.setgid?.(gid)
    process.setuid?.(uid)
    return undefined
  } catch (error) {
    return systemCode(error) ?? String(error)
  }
}
