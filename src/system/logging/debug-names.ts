/**
 * Which names `DEBUG` asks for: the rules of the debug package (`backup:*,-backup:queue`; spaces or commas; a minus
 * takes out and wins).
 */

export function debugNames(namespaces: string): (name: string) => boolean {
  const all = namespaces.split(/[\s,]+/).filter((text) => text !== '')
  const wanted = all.filter((text) => !text.startsWith('-'))
  const skipped = all.filter((text) => text.startsWith('-')).map((text) => text.slice(1))
  return (name) =>
    !skipped.some((template) => matches(name, template)) && wanted.some((template) => matches(name, template))
}

/** `*` stands for any run of characters. In time proportional to the name, whatever the template. */
function matches(name: string, template: string): boolean {
  const [first = '', ...rest] = template.split('*')
  const last = rest.pop()
  if (last === undefined) return name === template
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false
  let at = first.length
  for (const part of rest) {
    const found = name.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= name.length - last.length
}
