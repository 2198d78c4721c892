import fs from 'node:fs'
import path from 'node:path'
import type { CommandContext, CommandResult } from '../command.ts'
import { decimal, formatBytes } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { Mismatch, type Places, type Proof, prove, type Words } from '../quickstart/proof.ts'

const MIB = 1024 * 1024

/** A mismatch is no error of the user's: it ends with 1 and says what is not proven. */
export function run(context: CommandContext): Promise<CommandResult<AnswerOf<'quickstart'>>> {
  const words: Words = (en, pt) => (context.locale === 'pt-BR' ? pt : en)
  const cli = process.argv[1]!
  try {
    const proof = prove({ cli, env: context.env, words }, context.args[0] as string | undefined)
    for (const line of [...report(proof, words), ...next(proof.places, { cli, words })]) context.say(line)
    return Promise.resolve({ json: jsonOf(proof) })
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error
    context.say(words(`NOT PROVEN: ${error.message}`, `NÃO PROVADO: ${error.message}`))
    return Promise.resolve({ json: { proven: false, why: error.message }, exitCode: 1 })
  }
}

function jsonOf({ places, first, second, restoreRates, damagedPath, fingerprint }: Proof): AnswerOf<'quickstart'> {
  const stateOf = ({ snapshot, expected, bytesRead, bytesStored, seconds, skipped, moving }: Proof['first']) => ({
    snapshot,
    items: expected.size,
    bytesProcessed: bytesRead,
    bytesStored,
    durationMs: Math.round(seconds * 1000),
    skippedCount: skipped,
    movingCount: moving,
  })
  return {
    proven: true,
    repository: places.repository,
    keyFile: places.key,
    fingerprint,
    states: [stateOf(first), stateOf(second)],
    restoreBytesPerSecond: restoreRates.map((mibPerSecond) => Math.round(mibPerSecond * MIB)),
    damagedPath,
  }
}

function rate(mibPerSecond: number): string {
  return mibPerSecond < 10 ? decimal(mibPerSecond) : mibPerSecond.toFixed(0)
}

function report({ places, first, second, restoreRates, damagedPath, fingerprint }: Proof, words: Words): string[] {
  const [read, firstStored, secondStored] = [first.bytesRead, first.bytesStored, second.bytesStored].map((bytes) =>
    formatBytes(bytes),
  )
  const backupRate = rate(first.bytesRead / MIB / first.seconds)
  const restores = restoreRates.map(rate).join(words(' and ', ' e '))
  return [
    words('NeonPro Backup: first backup and proof', 'NeonPro Backup: primeiro backup e prova'),
    words(
      `  key file         ${places.key} (fingerprint ${fingerprint})`,
      `  arquivo da chave ${places.key} (impressão digital ${fingerprint})`,
    ),
    words(`  repository       ${places.repository}`, `  repositório      ${places.repository}`),
    words(
      `  first backup     ${first.expected.size} items, ${read} read, ${firstStored} stored, ${backupRate} MiB/s with start-up`,
      `  primeiro backup  ${first.expected.size} itens, ${read} lidos, ${firstStored} gravados, ${backupRate} MiB/s com o início do programa`,
    ),
    words(
      `  second backup    one file changed, one deleted, one added: ${secondStored} stored`,
      `  segundo backup   um arquivo alterado, um apagado, um novo: ${secondStored} gravados`,
    ),
    words(
      `  restore          both states, ${restores} MiB/s with start-up and read-back`,
      `  restauração      os dois estados, ${restores} MiB/s com o início do programa e a releitura`,
    ),
    words('PROVEN', 'PROVADO'),
    words(
      '  both states restored by fresh processes with repository and key alone,',
      '  os dois estados restaurados por processos novos, só com repositório e chave,',
    ),
    words(
      `  equal by SHA-256, mode and mtime to the source: ${first.expected.size} and ${second.expected.size} items`,
      `  iguais à origem em SHA-256, modo e data: ${first.expected.size} e ${second.expected.size} itens`,
    ),
    words(
      `  one flipped bit in a copy: found, and named (${damagedPath})`,
      `  um bit trocado em uma cópia: encontrado e nomeado (${damagedPath})`,
    ),
    words('  a wrong key: refused (exit code 12)', '  uma chave errada: recusada (código de saída 12)'),
    words('NOT YET', 'AINDA NÃO'),
    ...(first.skipped > 0
      ? [
          words(
            `  ${first.skipped} items that this user can not read are not in the backup ("skipped" names them)`,
            `  ${first.skipped} itens que este usuário não pode ler não estão no backup ("skipped" os cita)`,
          ),
        ]
      : []),
    ...(first.moving > 0
      ? [
          words(
            `  ${first.moving} items changed during the run and were not compared`,
            `  ${first.moving} itens mudaram durante a execução e não foram comparados`,
          ),
        ]
      : []),
    words(
      '  a second copy elsewhere, a schedule, an alarm, a copy of the key in a safe place',
      '  segunda cópia em outro lugar, agendamento, alarme, cópia da chave em lugar seguro',
    ),
  ]
}

/** Commands that paste, with the Node.js of this project in front where it has brought one. */
function next(
  { base, key, repository }: Places,
  { cli, words }: { readonly cli: string; readonly words: Words },
): string[] {
  const bin = path.resolve(path.dirname(fs.realpathSync(cli)), '../../node_modules/.bin')
  const front = fs.existsSync(path.join(bin, 'node')) ? ` PATH=${quoted(bin)}:"$PATH"` : ''
  return [
    words('NEXT (paste)', 'A SEGUIR (cole)'),
    `  export BACKUP_ENCRYPTION_KEY=${quoted(`file:${key}`)} NEONPRO_REPOSITORY=${quoted(repository)}${front}`,
    ...['snapshots', `restore latest --target ${quoted(path.join(base, 'mine'))} --verify`, 'key recovery-kit'].map(
      (args) => `  ${quoted(cli)} ${args}`,
    ),
    `  rm -r ${quoted(base)} ${quoted(key)}   # ${words('when you have seen enough', 'quando tiver visto o bastante')}`,
  ]
}

/** As a shell takes it. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
