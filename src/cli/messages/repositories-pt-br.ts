import type { repositoriesEn } from './repositories-en.ts'

/** Of a system's several repositories: a part of pt-br.ts. */
// biome-ignore format: a table with one message a line
export const repositoriesPtBr: Readonly<Record<keyof typeof repositoriesEn, string>> = {
  'config.repository': '  grava em: {name}',
  'status.further': 'Repositório {name} ({location}): {state}; gravam nele: {configs}.',
  'column.role': 'Papel',
  'column.points': 'Pontos',
  'column.configs': 'Configurações',
  'column.location': 'Local',
  'column.repository': 'Repositório',
  'repository.first': 'primeiro',
  'repository.further': 'adicional',
  'repository.opens': 'abre',
  'repository.opensNot': 'não abre ({code})',
  'repository.added': 'Repositório {name} incluído: {location} ({id}).',
  'repository.addedNext': 'Para uma configuração gravar nele: neonpro-backup repository use CONFIGURAÇÃO {name} (uma nova: config add com --repo {name}). Imprima também o kit de recuperação dele: neonpro-backup key recovery-kit --repo {location}',
  'repository.removed': 'O repositório {name} foi esquecido. O que está guardado em {location} fica; {points} {points:ponto de restauração dele deixa de ser listado|pontos de restauração dele deixam de ser listados} até que ele seja incluído de novo.',
  'repository.used': 'A próxima execução de {config} grava em {name} e guarda tudo de novo ali. Os pontos feitos até agora ficam em {former}, são listados e podem ser restaurados; a política de retenção não libera mais nenhum deles.',
  'repository.usedAlready': '{config} já grava em {name}.',
  'rebuild.notOpened': 'Não foi possível abrir o repositório {name} ({location}): {code}. Ele está registrado; os pontos de restauração dele são listados assim que for possível: em até uma hora com "neonpro-backup serve" em execução, ou depois da próxima execução que gravar nele.',
}
