import { kekFingerprint } from '../../engine/index.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { type CommandContext, type CommandResult, keysOf } from '../command.ts'
import { openRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult> {
  await using opened = await openRepository(context)
  const { keys, config, store } = opened.repository
  const [kek] = await keysOf(context)
  const kit = {
    repository: config.repositoryId, location: store.location, format: config.version, generation: keys.generation, madeAt: isoTime(nowMs()), fingerprint: kekFingerprint(kek!, keys.repositoryId),
    recipients: keys.recipients.map(({ id, label, kind }) => ({ id, label, kind })), heads: opened.state.heads() ?? null,
  }
  for (const line of textOf(kit, context.locale === 'pt-BR')) context.say(line)
  return { json: kit }
}

type Kit = { repository: string; location: string; format: string; generation: number; madeAt: string; fingerprint: string; recipients: ReadonlyArray<{ id: string; label: string; kind: string }> }

function textOf(kit: Kit, isPortuguese: boolean): string[] {
  const holders = kit.recipients.map(({ id, label, kind }) => `  ${id}  ${kind}  ${label}`)
  const facts = [kit.repository, kit.location, `${kit.format}, ${kit.generation}`, kit.fingerprint, kit.madeAt]
  const names = isPortuguese
    ? ['Repositório', 'Local', 'Formato, geração das chaves', 'Impressão desta chave', 'Feito em']
    : ['Repository', 'Location', 'Format, key generation', "This key's fingerprint", 'Made at']
  const steps = isPortuguese
    ? ['KIT DE RECUPERAÇÃO (não contém a chave: guarde-a em outro lugar)', 'Chaves que abrem:', 'Para recuperar só com Node.js 22.15, a chave e o repositório:', '  BACKUP_ENCRYPTION_KEY=file:ARQUIVO neonpro-rescue restore --repo LOCAL latest --target PASTA']
    : ['RECOVERY KIT (it holds no key: keep that elsewhere)', 'Keys that open it:', 'To recover with Node.js 22.15, the key and the repository alone:', '  BACKUP_ENCRYPTION_KEY=file:FILE neonpro-rescue restore --repo LOCATION latest --target FOLDER']
  return [steps[0]!, ...names.map((name, i) => `${name}: ${facts[i]}`), steps[1]!, ...holders, steps[2]!, steps[3]!]
}
