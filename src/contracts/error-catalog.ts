/** One table for every error: exit code, HTTP status, whether trying again helps, and what people are told. `{name}` is filled from the error's context. */
import type { ErrorCode } from '../kernel/error-code.ts'

export interface LocalizedText {
  readonly en: string
  readonly 'pt-BR': string
}

export interface ErrorEntry {
  readonly exitCode: number
  readonly httpStatus: number
  readonly retry: 'never' | 'now' | 'later'
  readonly message: LocalizedText
  readonly guidance: LocalizedText
}

type Row = readonly [exitCode: number, httpStatus: number, retry: ErrorEntry['retry'], message: readonly [en: string, pt: string], guidance: readonly [en: string, pt: string]]

const ROWS = {
  ABORTED: [130, 499, 'now', ['The operation was stopped.', 'A operação foi interrompida.'], ['Run it again: what was stored is kept and is not read twice.', 'Execute de novo: o que já foi guardado permanece e não será lido outra vez.']],
  ALREADY_EXISTS: [1, 409, 'never', ['{key} exists already.', '{key} já existe.'], ['Choose another name.', 'Escolha outro nome.']],
  CONFIG_INVALID: [2, 400, 'never', ['The setting {path} is not valid.', 'A configuração {path} não é válida.'], ['See the accepted form in the documentation.', 'Veja a forma aceita na documentação.']],
  DAMAGED: [1, 500, 'never', ['Damaged data was found: {object}.', 'Dados danificados: {object}.'], ['Run "neonpro-backup verify --read-data=all" to see which snapshots and files are hit, then "neonpro-backup repair".', 'Execute "neonpro-backup verify --read-data=all" para ver quais snapshots e arquivos foram atingidos e depois "neonpro-backup repair".']],
  DISK_FULL: [1, 507, 'later', ['There is no room left.', 'Não há mais espaço em disco.'], ['Free some room or run "neonpro-backup forget" and "prune". Nothing that was stored before is lost.', 'Libere espaço ou execute "neonpro-backup forget" e "prune". Nada do que já estava guardado se perdeu.']],
  FEATURE_UNSUPPORTED: [1, 501, 'never', ['The repository needs a feature that this version does not know: {feature}.', 'O repositório exige um recurso que esta versão não conhece: {feature}.'], ['Use a newer version of the program.', 'Use uma versão mais nova do programa.']],
  FORMAT_TOO_NEW: [1, 501, 'never', ['The repository has the newer format {version}.', 'O repositório está no formato mais novo {version}.'], ['Use a newer version of the program.', 'Use uma versão mais nova do programa.']],
  INDEX_FULL: [1, 507, 'never', ['One run can not add more than {capacity} new blobs.', 'Uma execução não pode acrescentar mais de {capacity} blocos novos.'], ['Back up the paths in several runs; what was stored is kept.', 'Divida os caminhos em várias execuções; o que foi guardado permanece.']],
  INTERNAL: [1, 500, 'never', ['Something went wrong inside the program.', 'Algo deu errado dentro do programa.'], ['Run again with DEBUG=backup:* and report what it prints.', 'Execute de novo com DEBUG=backup:* e informe o que for mostrado.']],
  KEY_MISSING: [2, 400, 'never', ['There is no encryption key.', 'Não há chave de criptografia.'], ['Make one with "neonpro-backup key generate FILE", keep it outside data and repository, and set BACKUP_ENCRYPTION_KEY=file:FILE.', 'Crie uma com "neonpro-backup key generate ARQUIVO", guarde-a fora dos dados e do repositório e defina BACKUP_ENCRYPTION_KEY=file:ARQUIVO.']],
  KEY_PLACEHOLDER: [2, 400, 'never', ['{source} holds a placeholder from an example.', '{source} contém um valor de exemplo.'], ['Make a real key with "neonpro-backup key generate FILE".', 'Crie uma chave de verdade com "neonpro-backup key generate ARQUIVO".']],
  KEY_REFUSED: [2, 400, 'never', ['{source} is refused. {why}.', '{source} foi recusada. {why}.'], ['Make a good key with "neonpro-backup key generate FILE".', 'Crie uma boa chave com "neonpro-backup key generate ARQUIVO".']],
  KEY_WEAK: [2, 400, 'never', ['{source} is too easy to guess.', '{source} é fácil demais de adivinhar.'], ['Use at least 16 varied characters, or make a key with "neonpro-backup key generate FILE".', 'Use pelo menos 16 caracteres variados ou crie uma chave com "neonpro-backup key generate ARQUIVO".']],
  KEY_WRONG: [12, 403, 'never', ['This key does not open this repository.', 'Esta chave não abre este repositório.'], ['Check BACKUP_ENCRYPTION_KEY or --key-file; the recovery kit names the fingerprints of the keys that fit.', 'Confira BACKUP_ENCRYPTION_KEY ou --key-file; o kit de recuperação traz as impressões das chaves que servem.']],
  NODE_TOO_OLD: [1, 500, 'never', ['Node.js 22.15 or newer is needed.', 'É necessário Node.js 22.15 ou mais novo.'], ['Install a newer Node.js.', 'Instale um Node.js mais novo.']],
  NOT_FOUND: [1, 404, 'never', ['Not found: {object}.', 'Não encontrado: {object}.'], ['Check the name; "neonpro-backup ls SNAPSHOT" lists what is there.', 'Confira o nome; "neonpro-backup ls SNAPSHOT" lista o que existe.']],
  NO_SPACE_RESERVED: [1, 507, 'later', ['The reserved space is used up.', 'O espaço reservado acabou.'], ['Free some room.', 'Libere espaço.']],
  PERMISSION_DENIED: [1, 403, 'never', ['Access was denied: {key}.', 'Acesso negado: {key}.'], ['Check owner and mode of the folder, or run as the user who owns it.', 'Confira o dono e as permissões da pasta ou execute como o usuário dono.']],
  PLATFORM_UNSUPPORTED: [1, 501, 'never', ['This platform can not do that.', 'Esta plataforma não permite isso.'], ['Run "neonpro-backup doctor" to see what is missing.', 'Execute "neonpro-backup doctor" para ver o que falta.']],
  REPOSITORY_EXISTS: [1, 409, 'never', ['There is a repository already at {repository}.', 'Já existe um repositório em {repository}.'], ['Use it as it is, or choose another place.', 'Use-o como está ou escolha outro lugar.']],
  REPOSITORY_LOCKED: [11, 409, 'later', ['The repository was changed by another run at the same time.', 'O repositório foi alterado por outra execução ao mesmo tempo.'], ['Run it again.', 'Execute de novo.']],
  REPOSITORY_NOT_FOUND: [10, 404, 'never', ['There is no repository at {repository}.', 'Não há repositório em {repository}.'], ['Check --repo; a disk may not be mounted. A new one is made by "neonpro-backup init".', 'Confira --repo; talvez um disco não esteja montado. Um novo é criado com "neonpro-backup init".']],
  RESTORE_MISMATCH: [1, 500, 'now', ['A restored file does not read back as it was written.', 'Um arquivo restaurado não confere com o que foi gravado.'], ['Check the target disk and restore again.', 'Verifique o disco de destino e restaure de novo.']],
  ROLLBACK_SUSPECTED: [1, 409, 'never', ['The repository shows an older state than it had.', 'O repositório mostra um estado mais antigo do que já teve.'], ['Somebody may have put back or removed objects. Compare with a replica before you trust it or write to it.', 'Alguém pode ter devolvido ou removido objetos. Compare com uma réplica antes de confiar nele ou gravar nele.']],
  SNAPSHOT_AMBIGUOUS: [2, 400, 'never', ['Several snapshots begin with {snapshot}.', 'Vários snapshots começam com {snapshot}.'], ['Give more digits.', 'Informe mais dígitos.']],
  SNAPSHOT_NOT_FOUND: [1, 404, 'never', ['There is no snapshot {snapshot}.', 'Não há snapshot {snapshot}.'], ['"neonpro-backup snapshots" lists them.', '"neonpro-backup snapshots" os lista.']],
  SOURCE_NOT_AVAILABLE: [2, 501, 'never', ['This kind of source or storage is not available: {kind}.', 'Este tipo de origem ou armazenamento não está disponível: {kind}.'], ['Use a local folder.', 'Use uma pasta local.']],
  SOURCE_UNREADABLE: [1, 400, 'never', ['The path {path} can not be read ({cause}).', 'O caminho {path} não pode ser lido ({cause}).'], ['Check that it exists and that this user may read it.', 'Confira se ele existe e se este usuário pode lê-lo.']],
  STORAGE_FAILED: [1, 502, 'later', ['The storage failed ({cause}).', 'O armazenamento falhou ({cause}).'], ['Check the disk or the connection and run it again.', 'Verifique o disco ou a conexão e execute de novo.']],
  STORAGE_UNAVAILABLE: [1, 503, 'later', ['The storage can not be reached.', 'O armazenamento está inacessível.'], ['Check the connection and run it again.', 'Verifique a conexão e execute de novo.']],
  TARGET_REFUSED: [1, 400, 'never', ['The target is refused: {path}.', 'O destino foi recusado: {path}.'], ['Choose an empty folder of its own.', 'Escolha uma pasta vazia e própria.']],
  USAGE: [2, 400, 'never', ['That can not be done as asked.', 'Não é possível fazer isso dessa forma.'], ['See --help.', 'Veja --help.']],
} as const satisfies Record<ErrorCode, Row>

export const ERROR_CATALOG: Readonly<Record<ErrorCode, ErrorEntry>> = Object.fromEntries(
  Object.entries(ROWS).map(([code, [exitCode, httpStatus, retry, message, guidance]]) => [
    code, { exitCode, httpStatus, retry, message: { en: message[0], 'pt-BR': message[1] }, guidance: { en: guidance[0], 'pt-BR': guidance[1] } },
  ]),
) as Record<ErrorCode, ErrorEntry>
