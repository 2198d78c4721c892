/** Of a system's several repositories: a part of en.ts. */
// biome-ignore format: a table with one message a line
export const repositoriesEn = {
  'config.repository': '  writes to:  {name}',
  'status.further': 'Repository {name} ({location}): {state}; writes there: {configs}.',
  'column.role': 'Role',
  'column.points': 'Points',
  'column.configs': 'Configurations',
  'column.location': 'Place',
  'column.repository': 'Repository',
  'repository.first': 'first',
  'repository.further': 'further',
  'repository.opens': 'opens',
  'repository.opensNot': 'does not open ({code})',
  'repository.added': 'Repository {name} is added: {location} ({id}).',
  'repository.addedNext': 'A configuration writes to it by: neonpro-backup repository use CONFIG {name} (a new one: config add with --repo {name}). Print its recovery kit as well: neonpro-backup key recovery-kit --repo {location}',
  'repository.removed': 'Repository {name} is forgotten. What is stored in {location} stays; {points} restore {points:point of it is|points of it are} listed no more, until it is added again.',
  'repository.used': 'The next run of {config} writes to {name} and stores everything there anew. Its points of before stay in {former}, are listed and can be restored; its retention lets none of them go any more.',
  'repository.usedAlready': '{config} writes to {name} already.',
  'rebuild.notOpened': 'The repository {name} ({location}) could not be opened ({code}). It is registered; its restore points are listed once it can be: within the hour while "neonpro-backup serve" runs, or after the next run that writes to it.',
} as const
