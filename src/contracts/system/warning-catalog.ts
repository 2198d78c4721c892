/** What was assumed or does not count yet, said beside the data: one table, both languages. `{name}` is filled in. */
import type { LocalizedText } from '../error-catalog.ts'
import type { Locale, Values } from '../failure.ts'
import { fill } from '../texts.ts'
import type { Warning } from './result.ts'

type Row = readonly [en: string, pt: string]

const ROWS = {
  AUDIT_NOT_WRITTEN: [
    'Of this there is no entry with its outcome: the audit log could not be written. Look into backup.log, and check that the database answers ("neonpro-backup doctor").',
    'Disto não há registro com o resultado: o log de auditoria não pôde ser gravado. Veja o backup.log e confira se o banco responde ("neonpro-backup doctor").',
  ],
  CONTROL_PLANE_INSIDE: [
    'The control plane lies in the database {database} that is to be protected: when it is lost, schedules and history are lost with it until "neonpro-backup system rebuild".',
    'O plano de controle fica no banco {database} que deve ser protegido: se ele se perder, agendas e histórico se perdem junto até "neonpro-backup system rebuild".',
  ],
  HEALTHCHECK_SHARED: [
    'The healthcheck of {name} is also that of {others}: a good run of one hides the silence of the other. Give each an address of its own.',
    'O healthcheck de {name} também é o de {others}: uma boa execução de um esconde o silêncio do outro. Dê a cada um seu próprio endereço.',
  ],
  HEALTHCHECK_SLUG: [
    'An older configuration has the slug that {name} would have: its pings go to {slug}.',
    'Uma configuração mais antiga já usa o slug que seria de {name}: os pings dela vão para {slug}.',
  ],
  HOLD_SOURCE_UNKNOWN: [
    'No restore point and no configuration has the source {source}: check the name. The hold stands, and counts for points of that name to come.',
    'Nenhum ponto de restauração e nenhuma configuração tem a origem {source}: confira o nome. A retenção legal vale, e conta para pontos futuros com esse nome.',
  ],
  HOME_IN_SOURCE: [
    "The system's own folder {home} lies in {path}: exclude it, its database is made again from the repository.",
    'A pasta do próprio sistema {home} fica em {path}: exclua-a, pois o banco dela é refeito a partir do repositório.',
  ],
  HOME_OLD: [
    'The folder of this system is still {home}, where an earlier version put it: "neonpro-backup system move-home" moves it to {fixed}, where every command finds it from any folder.',
    'A pasta deste sistema ainda é {home}, onde uma versão anterior a criou: "neonpro-backup system move-home" a move para {fixed}, onde todo comando a encontra a partir de qualquer pasta.',
  ],
  KEYRING_LOST: [
    '{object} can not be read and may have been the newest keyring of the repository: it was opened with the one before it. What was stored since the keys were changed may be out of reach. Bring it back from a replica, or give it up with "neonpro-backup repair --forget-damaged".',
    '{object} não pode ser lido e pode ter sido o chaveiro mais novo do repositório: ele foi aberto com o anterior. O que foi gravado desde a troca das chaves pode estar fora de alcance. Traga-o de uma réplica ou desista dele com "neonpro-backup repair --forget-damaged".',
  ],
  KEY_IN_SOURCE: [
    'The key file {file} lies in what is backed up: keep a copy elsewhere, the backup can not be opened without it.',
    'O arquivo de chave {file} está no que é guardado: mantenha uma cópia fora, pois sem ela o backup não abre.',
  ],
  KEY_TYPED: [
    '{source} is 32 typed characters and is taken as a passphrase. "neonpro-backup key generate FILE" makes a stronger one.',
    '{source} tem 32 caracteres digitados e é tratada como frase secreta. "neonpro-backup key generate ARQUIVO" cria uma mais forte.',
  ],
  LOG_FALLBACK: [
    'The log {file} can not be written ({cause}): its lines go to standard error.',
    'O log {file} não pode ser gravado ({cause}): suas linhas vão para a saída de erro.',
  ],
  NOT_YET_ACTIVE: ['{option} has no effect here.', '{option} não tem efeito aqui.'],
  NO_WORKER: [
    'It waits: nothing is there that would carry it out. Start "neonpro-backup serve" or "worker", or leave "scheduler: false" out.',
    'O pedido aguarda: não há nada que o realize. Inicie "neonpro-backup serve" ou "worker", ou retire "scheduler: false".',
  ],
  NO_RETENTION: [
    'No retention was given (--retention): every point is kept.',
    'Nenhuma política de retenção foi informada (--retention): todos os pontos são mantidos.',
  ],
  PLACEHOLDER_IGNORED: [
    '{variable} holds a placeholder from an example and counts as not set.',
    '{variable} contém um valor de exemplo e conta como não definida.',
  ],
  REBUILD_NEEDED: [
    'The configuration is saved, but the repository {repository} keeps the records of a system whose database is not this one, and takes none of this. If that database was lost, move this HOME away and bring that system back: "neonpro-backup system rebuild --repo {repository}". Else use its HOME, or another repository.',
    'A configuração foi salva, mas o repositório {repository} guarda os registros de um sistema cujo banco não é este, e não recebe nada disto. Se aquele banco se perdeu, tire esta HOME do lugar e traga aquele sistema de volta: "neonpro-backup system rebuild --repo {repository}". Senão, use a HOME dele ou outro repositório.',
  ],
  RECORD_PENDING: [
    'The configuration is saved, but the repository can not be reached: its record there is written as soon as that is possible.',
    'A configuração foi salva, mas o repositório está inacessível: o registro nele será gravado assim que possível.',
  ],
  RETENTION_CONFLICT: [
    'This configuration keeps {rule}, the policy of the system only {other}: the longer one counts here. Check whether the data may be kept that long.',
    'Esta configuração mantém {rule}; a política do sistema, só {other}: aqui vale a mais longa. Confira se os dados podem ser guardados por tanto tempo.',
  ],
  STORED_FILE_DAMAGED: [
    'A stored file can not be listed, its name {key} is damaged: upload it again.',
    'Um arquivo guardado não pode ser listado, o nome {key} está danificado: envie-o de novo.',
  ],
  SUPABASE_TABLES_EMPTY: [
    "SUPABASE_URL is set but DATABASE_URL is not: the tables in Supabase stay empty, the embedded database is used. Set DATABASE_URL to the project's connection string.",
    'SUPABASE_URL está definida, mas DATABASE_URL não: as tabelas no Supabase ficam vazias e o banco embutido é usado. Defina DATABASE_URL com a string de conexão do projeto.',
  ],
  TIMEZONE_ASSUMED: [
    'No time zone was given: {timezone} is taken, as the system has it. Name one, such as "America/Sao_Paulo".',
    'Nenhum fuso horário foi informado: vale {timezone}, como no sistema. Informe um, como "America/Sao_Paulo".',
  ],
} as const satisfies Readonly<Record<string, Row>>

export type WarningCode = keyof typeof ROWS

/** A warning in the reader's language. */
export function warningOf(code: WarningCode, locale: Locale, values: Values = {}): Warning {
  const [en, pt] = ROWS[code]
  const text: LocalizedText = { en, 'pt-BR': pt }
  return { code, message: fill(text[locale], values, locale) }
}
