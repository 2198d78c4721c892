import fs from 'node:fs'

/** Names of users and groups by number, from /etc/passwd and /etc/group; what is not there has none. */
export interface OwnerNames {
  readonly users: ReadonlyMap<number, string>
  readonly groups: ReadonlyMap<number, string>
}

export function readOwnerNames(): OwnerNames {
  return { users: parse('/etc/passwd'), groups: parse('/etc/group') }
}

function parse(file: string): Map<number, string> {
  const names = new Map<number, string>()
  let text = ''
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch {
    // A container without the file: numbers alone are kept.
  }
  for (const line of text.split('\n')) {
    const [name, , id] = line.split(':')
    if (name && id !== undefined && /^\d+$/.test(id) && !names.has(Number(id))) names.set(Number(id), name)
  }
  return names
}
