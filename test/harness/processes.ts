/** What the system says about processes that are not ours to ask. */
import fs from 'node:fs'

/** All of this machine; none where there is no /proc. */
export function processes(): number[] {
  if (!fs.existsSync('/proc')) return []
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

/** Undefined for one that is gone. State `Z`: it is dead and nobody has waited for it yet. */
export function statOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state, parent: Number(parent) }
  } catch {
    return undefined
  }
}
