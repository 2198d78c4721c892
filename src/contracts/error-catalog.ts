/**
 * One table for every error: exit code, HTTP status, whether trying again helps, and what people are told. `{name}` is
 * filled from the error's context.
 */
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

type Row = readonly [
  exitCode: number,
  httpStatus: number,
  retry: ErrorEntry['retry'],
  message: readonly [en: string, pt: string],
  guidance: readonly [en: string, pt: string],
]

// biome-ignore format: a table with one row a code, compared down its columns
const ROWS = {
  ABORTED: [130, 499, 'now', ['The operation was stopped.', 'A operação foi interrompida.'], ['Run it again: what was stored is kept and is not read twice.', 'Execute de novo: o que já foi guardado permanece e não será lido outra vez.']],
  ALERT_NOT_FOUND: [1, 404, 'never', ['There is no alert {alert}.', 'Não há alerta {alert}.'], ['"neonpro-backup status" lists the open ones.', '"neonpro-backup status" lista os abertos.']],
  ALREADY_EXISTS: [1, 409, 'never', ['{key} exists already.', '{key} já existe.'], ['Choose another name.', 'Escolha outro nome.']],
  ALREADY_INITIALIZED: [1, 409, 'never', ['The backup system runs already with another configuration.', 'O sistema de backup já está em execução com outra configuração.'], ['Call shutdown() first, or use getBackupSystem().', 'Chame shutdown() antes ou use getBackupSystem().']],
  BACKUP_TIMEOUT: [1, 504, 'never', ['The run took longer than {seconds} s.', 'A execução passou de {seconds} s.'], ['Raise performance.timeout; what was stored is kept and is not read twice.', 'Aumente performance.timeout; o que já foi guardado permanece e não será lido de novo.']],
  CONFIG_EXISTS: [1, 409, 'never', ['There is a configuration named {name} already.', 'Já existe uma configuração chamada {name}.'], ['Choose another name, or edit that one.', 'Escolha outro nome ou edite a existente.']],
  CONFIG_INVALID: [2, 400, 'never', ['The setting {path} is not valid: {why}.', 'A configuração {path} não é válida: {why}.'], ['Accepted: {accepted}.', 'Aceita-se: {accepted}.']],
  CONFIG_NOT_FOUND: [1, 404, 'never', ['There is no configuration {config}.', 'Não há configuração {config}.'], ['"neonpro-backup config list" lists them.', '"neonpro-backup config list" as lista.']],
  DAMAGED: [1, 500, 'never', ['Damaged data was found: {object}.', 'Dados danificados: {object}.'], ['Run "neonpro-backup verify --read-data=all" to see which snapshots and files are hit, then "neonpro-backup repair".', 'Execute "neonpro-backup verify --read-data=all" para ver quais snapshots e arquivos foram atingidos e depois "neonpro-backup repair".']],
  DATABASE_NOT_EMPTY: [1, 409, 'never', ['The database holds what this repository does not know: {what}.', 'O banco contém o que este repositório não conhece: {what}.'], ['Rebuild into a new database: move HOME/database away or name an empty DATABASE_URL. "--force" keeps other configurations beside the rebuilt ones; another audit log is never replaced.', 'Reconstrua em um banco novo: mova HOME/database para outro lugar ou indique um DATABASE_URL vazio. "--force" mantém outras configurações ao lado das reconstruídas; outro log de auditoria nunca é substituído.']],
  DATABASE_NOT_INITIALIZED: [1, 503, 'never', ['The database {database} does not have the tables of NeonPro Backup.', 'O banco {database} não tem as tabelas do NeonPro Backup.'], ['Run database/schema.sql in it, or "neonpro-backup system init-db".', 'Execute database/schema.sql nele ou "neonpro-backup system init-db".']],
  DATABASE_ROLES_MISSING: [1, 403, 'never', ['The database user may not make the roles anon, authenticated and service_role, and they are missing.', 'O usuário do banco não pode criar os papéis anon, authenticated e service_role, e eles não existem.'], ['Ask an administrator of the database for: {statements}', 'Peça a um administrador do banco: {statements}']],
  DATABASE_TOO_NEW: [1, 501, 'never', ['The database has the newer schema {version}; this program knows {known}.', 'O banco tem o esquema mais novo {version}; este programa conhece {known}.'], ['Use a newer version of the program.', 'Use uma versão mais nova do programa.']],
  DATABASE_TOO_OLD: [1, 501, 'never', ['The database {database} is PostgreSQL {version}; 15 is the oldest that works.', 'O banco {database} é PostgreSQL {version}; o mais antigo aceito é o 15.'], ['Upgrade the server, or leave DATABASE_URL out to use the embedded database.', 'Atualize o servidor ou deixe DATABASE_URL de fora para usar o banco embutido.']],
  DATABASE_UNAVAILABLE: [1, 503, 'later', ['The database {database} can not be reached ({cause}).', 'O banco {database} está inacessível ({cause}).'], ['Check that it runs and that address, user and password are right. Restores need only repository and key.', 'Confira se está em execução e se endereço, usuário e senha estão certos. Para restaurar bastam o repositório e a chave.']],
  DELIVERY_FAILED: [1, 502, 'later', ['The message could not be delivered by {channel} ({cause}).', 'A mensagem não pôde ser entregue por {channel} ({cause}).'], ['Check the address and the credentials of the channel.', 'Confira o endereço e as credenciais do canal.']],
  DELIVERY_REFUSED: [1, 502, 'never', ['The message was refused by {channel} ({cause}).', 'A mensagem foi recusada por {channel} ({cause}).'], ['Correct the address or the credentials of the channel; docs/alarms.md names them.', 'Corrija o endereço ou as credenciais do canal; docs/alarms.md os lista.']],
  DISK_FULL: [1, 507, 'later', ['There is no room left: {target}.', 'Não há mais espaço em disco: {target}.'], ['{room}. Nothing that was stored before is lost.', '{room}. Nada do que já estava guardado se perdeu.']],
  EMBEDDED_NOT_DURABLE: [1, 500, 'never', ['The embedded database does not write through to the disk.', 'O banco embutido não grava de fato no disco.'], ['Set DATABASE_URL to a PostgreSQL server, or reinstall the program with the locked versions.', 'Defina DATABASE_URL com um servidor PostgreSQL ou reinstale o programa com as versões travadas.']],
  EMBEDDED_UNREADABLE: [1, 500, 'never', ['The embedded database in {directory} does not open: it is damaged or was made by another version.', 'O banco embutido em {directory} não abre: está danificado ou foi criado por outra versão.'], ['Move the folder away and run "neonpro-backup system rebuild": everything in it can be made again from the repository. Restores need only repository and key.', 'Mova a pasta para outro lugar e execute "neonpro-backup system rebuild": tudo o que há nela pode ser refeito a partir do repositório. Para restaurar bastam o repositório e a chave.']],
  FEATURE_UNSUPPORTED: [1, 501, 'never', ['The repository needs a feature that this version does not know: {feature}.', 'O repositório exige um recurso que esta versão não conhece: {feature}.'], ['Use a newer version of the program.', 'Use uma versão mais nova do programa.']],
  FILE_NOT_FOUND: [1, 404, 'never', ['There is no file {path} in the storage.', 'Não há arquivo {path} no armazenamento.'], ['storage.list() gives the paths that there are.', 'storage.list() dá os caminhos que existem.']],
  FORMAT_TOO_NEW: [1, 501, 'never', ['The repository has the newer format {version}.', 'O repositório está no formato mais novo {version}.'], ['Use a newer version of the program.', 'Use uma versão mais nova do programa.']],
  HOME_FOREIGN: [1, 403, 'never', ['HOME {home} belongs to {owner}; this process is {user} and can not go on as {owner} ({cause}).', 'HOME {home} pertence a {owner}; este processo é {user} e não pode continuar como {owner} ({cause}).'], ['Run it as that user (sudo -u {owner} …), or name a folder of your own: --home, "home" or NEONPRO_BACKUP_HOME. Nothing was touched.', 'Execute como esse usuário (sudo -u {owner} …) ou indique uma pasta sua: --home, "home" ou NEONPRO_BACKUP_HOME. Nada foi alterado.']],
  HOME_READ_ONLY: [1, 503, 'later', ['HOME can not be written: {key} lies on a read-only file system.', 'HOME não pode ser gravada: {key} fica em um sistema de arquivos somente leitura.'], ['Mount it writable again ("dmesg" tells whether the kernel found an error), or name another folder with --home. Restores need only repository and key.', 'Monte-o de novo com escrita ("dmesg" mostra se o kernel achou um erro) ou indique outra pasta com --home. Para restaurar bastam o repositório e a chave.']],
  INDEX_FULL: [1, 507, 'never', ['One run can not add more than {capacity} new blobs.', 'Uma execução não pode acrescentar mais de {capacity} blocos novos.'], ['Back up the paths in several runs; what was stored is kept.', 'Divida os caminhos em várias execuções; o que foi guardado permanece.']],
  INTERNAL: [1, 500, 'never', ['Something went wrong inside the program.', 'Algo deu errado dentro do programa.'], ['Run again with DEBUG=backup:* and report what it prints.', 'Execute de novo com DEBUG=backup:* e informe o que for mostrado.']],
  KEY_FILE_UNREADABLE: [2, 400, 'never', ['The key file {path} can not be read ({cause}).', 'O arquivo de chave {path} não pode ser lido ({cause}).'], ['Check that it is there, that its disk is mounted, and that this user may read it.', 'Confira se ele existe, se o disco dele está montado e se este usuário pode lê-lo.']],
  KEY_MISSING: [2, 400, 'never', ['There is no encryption key.', 'Não há chave de criptografia.'], ['Give the key that the repository was made with: BACKUP_ENCRYPTION_KEY=file:FILE or --key-file FILE. The recovery kit names it by its fingerprint. {fresh}.', 'Informe a chave com que o repositório foi criado: BACKUP_ENCRYPTION_KEY=file:ARQUIVO ou --key-file ARQUIVO. O kit de recuperação a identifica pela impressão. {fresh}.']],
  KEY_PLACEHOLDER: [2, 400, 'never', ['{source} holds a placeholder from an example.', '{source} contém um valor de exemplo.'], ['Put the key that the repository was made with in its place: BACKUP_ENCRYPTION_KEY=file:FILE or --key-file FILE. The recovery kit names it by its fingerprint. {fresh}.', 'Ponha no lugar a chave com que o repositório foi criado: BACKUP_ENCRYPTION_KEY=file:ARQUIVO ou --key-file ARQUIVO. O kit de recuperação a identifica pela impressão. {fresh}.']],
  KEY_REFUSED: [2, 400, 'never', ['{source} is refused. {why}.', '{source}: valor recusado. {why}.'], ['Check that it is, whole and in the same form, the key that the repository was made with; the recovery kit names it by its fingerprint. {fresh}.', 'Confira se é, inteira e na mesma forma, a chave com que o repositório foi criado; o kit de recuperação a identifica pela impressão. {fresh}.']],
  KEY_UNPROVEN: [12, 500, 'never', ['A fresh process could not open everything with the key that stays.', 'Um processo novo não conseguiu abrir tudo com a chave que fica.'], ['Try "neonpro-backup key list" with that key alone, and add it with "key add" if it does not open the repository.', 'Experimente "neonpro-backup key list" só com essa chave e inclua-a com "key add" se ela não abrir o repositório.']],
  KEY_WEAK: [2, 400, 'never', ['{source} is too easy to guess.', '{source}: valor fácil demais de adivinhar.'], ['Check that it is the whole key that the repository was made with; one that is to lock something from now on has at least 16 varied characters that are no common words. {fresh}.', 'Confira se é a chave inteira com que o repositório foi criado; uma que passará a trancar algo tem pelo menos 16 caracteres variados que não sejam palavras comuns. {fresh}.']],
  KEY_WRONG: [12, 403, 'never', ['This key ({fingerprint}) does not open this repository.', 'Esta chave ({fingerprint}) não abre este repositório.'], ['Check BACKUP_ENCRYPTION_KEY or {keyOption}; the recovery kit names the fingerprint of the key that fits.', 'Confira BACKUP_ENCRYPTION_KEY ou {keyOption}; o kit de recuperação traz a impressão da chave que serve.']],
  NODE_TOO_OLD: [1, 500, 'never', ['Node.js 22.15 or newer is needed; this is {version}.', 'É necessário Node.js 22.15 ou mais novo; este é o {version}.'], ['Install a newer Node.js.', 'Instale um Node.js mais novo.']],
  NOT_FOUND: [1, 404, 'never', ['Not found: {object}.', 'Não encontrado: {object}.'], ['Check the name: "neonpro-backup {list}" shows what there is.', 'Confira o nome: "neonpro-backup {list}" mostra o que existe.']],
  NOT_INITIALIZED: [1, 409, 'never', ['The backup system has not been started.', 'O sistema de backup ainda não foi iniciado.'], ['Call initializeBackupSystem() first.', 'Chame initializeBackupSystem() antes.']],
  NOT_PERMITTED: [1, 403, 'never', ['{user} may not do that ({verb}).', '{user} não tem permissão para isso ({verb}).'], ['Ask an administrator for the right role.', 'Peça a um administrador o papel adequado.']],
  NO_SPACE_RESERVED: [1, 507, 'later', ['The reserved space is used up.', 'O espaço reservado acabou.'], ['Free some room.', 'Libere espaço.']],
  NO_WORKER: [1, 503, 'later', ['Nothing is there that would carry out the run of {name}.', 'Não há nada que realize a execução de {name}.'], ['Start "neonpro-backup serve" or "worker", or leave "scheduler: false" out: the run waits and is taken up then.', 'Inicie "neonpro-backup serve" ou "worker", ou retire "scheduler: false": a execução aguarda e é retomada então.']],
  OWNER_EXISTS: [11, 409, 'never', ['The process {pid} on {host} runs this system already.', 'O processo {pid} em {host} já executa este sistema.'], ['Stop it first, or use the commands beside it: they talk to it.', 'Encerre-o antes ou use os comandos ao lado dele: eles falam com ele.']],
  OWNER_GONE: [1, 503, 'now', ['The process that runs the system ended during the call.', 'O processo que executa o sistema terminou durante a chamada.'], ['Look at the result with "neonpro-backup status" and call again.', 'Veja o resultado com "neonpro-backup status" e chame de novo.']],
  PERMISSION_DENIED: [1, 403, 'never', ['Access was denied: {key}.', 'Acesso negado: {key}.'], ['Check owner and mode of file and folder, or run as the user who owns them.', 'Confira o dono e as permissões do arquivo e da pasta ou execute como o usuário dono.']],
  PLATFORM_UNSUPPORTED: [1, 501, 'never', ['This platform can not do that.', 'Esta plataforma não permite isso.'], ['Run "neonpro-backup doctor" to see what is missing. To restore without it: "neonpro-rescue restore".', 'Execute "neonpro-backup doctor" para ver o que falta. Para restaurar sem isso: "neonpro-rescue restore".']],
  POINT_NOT_FOUND: [1, 404, 'never', ['There is no recovery point {point}.', 'Não há ponto de recuperação {point}.'], ['List them with getRecoveryPoints() or "neonpro-backup snapshots".', 'Liste-os com getRecoveryPoints() ou "neonpro-backup snapshots".']],
  PROCESS_LIMIT: [1, 503, 'later', ['The process may not open more files, or has no memory left ({cause}).', 'O processo não pode abrir mais arquivos, ou está sem memória ({cause}).'], ['Raise the limit ("ulimit -n 4096", LimitNOFILE= of a service) or free memory, and run it again: no snapshot was made that lacks files.', 'Aumente o limite ("ulimit -n 4096", LimitNOFILE= de um serviço) ou libere memória e execute de novo: nenhum snapshot com arquivos faltando foi criado.']],
  REBUILD_NEEDED: [1, 409, 'never', ['The repository {repository} belongs to a system whose database is not this one.', 'O repositório {repository} pertence a um sistema cujo banco não é este.'], ['If that database is lost, run "neonpro-backup system rebuild --repo URL" into a new one; else use its database or another repository. Until then nothing that is decided here is recorded there.', 'Se aquele banco se perdeu, execute "neonpro-backup system rebuild --repo URL" em um banco novo; senão, use o banco dele ou outro repositório. Até lá, nada do que for decidido aqui fica registrado ali.']],
  REPOSITORY_EXISTS: [1, 409, 'never', ['There is a repository already at {repository}.', 'Já existe um repositório em {repository}.'], ['Use it as it is, or choose another place.', 'Use-o como está ou escolha outro lugar.']],
  REPOSITORY_LOCKED: [11, 409, 'later', ['The repository was changed by another run at the same time.', 'O repositório foi alterado por outra execução ao mesmo tempo.'], ['Run it again.', 'Execute de novo.']],
  REPOSITORY_MISSING: [10, 503, 'later', ['The repository {repository} was here before and is gone.', 'O repositório {repository} já existiu e sumiu.'], ['Is the disk mounted? Nothing is made anew in its place. If it is lost for good, choose another place.', 'O disco está montado? Nada é criado no lugar. Se foi perdido de vez, escolha outro local.']],
  REPOSITORY_NOT_FOUND: [10, 404, 'never', ['There is no repository at {repository}.', 'Não há repositório em {repository}.'], ['Check {option}; a disk may not be mounted. A new one is made by "{make}".', 'Confira {option}; talvez um disco não esteja montado. Um novo é criado com "{make}".']],
  REQUEST_NOT_FOUND: [1, 404, 'never', ['There is no recovery request {request}.', 'Não há solicitação de recuperação {request}.'], ['Check the id that createRecoveryRequest() gave.', 'Confira o id que createRecoveryRequest() devolveu.']],
  RESTORE_MISMATCH: [1, 500, 'now', ['A restored file does not read back as it was written.', 'Um arquivo restaurado não confere com o que foi gravado.'], ['Check the target disk and restore again.', 'Verifique o disco de destino e restaure de novo.']],
  ROLLBACK_SUSPECTED: [1, 409, 'never', ['The repository shows an older state than it had.', 'O repositório mostra um estado mais antigo do que já teve.'], ['Somebody may have put back or removed objects. Compare with a replica before you trust it or write to it. Did you put an older copy back yourself: "neonpro-backup repair --accept-rollback".', 'Alguém pode ter devolvido ou removido objetos. Compare com uma réplica antes de confiar nele ou gravar nele. Se foi você quem pôs de volta uma cópia antiga: "neonpro-backup repair --accept-rollback".']],
  RUN_NOT_FOUND: [1, 404, 'never', ['There is no run {run}.', 'Não há execução {run}.'], ['"neonpro-backup status" lists the newest.', '"neonpro-backup status" lista as mais recentes.']],
  SNAPSHOT_AMBIGUOUS: [2, 400, 'never', ['Several snapshots begin with {snapshot}.', 'Vários snapshots começam com {snapshot}.'], ['Give more digits.', 'Informe mais dígitos.']],
  SNAPSHOT_NOT_FOUND: [1, 404, 'never', ['There is no snapshot {snapshot}.', 'Não há snapshot {snapshot}.'], ['"neonpro-backup snapshots" lists them.', '"neonpro-backup snapshots" os lista.']],
  SNAPSHOT_PROTECTED: [1, 409, 'never', ['The snapshot {snapshot} is kept by {by}; nothing was forgotten.', 'O snapshot {snapshot} é mantido por {by}; nada foi esquecido.'], ['Lift that first: "neonpro-backup unpin SNAPSHOT", or "neonpro-backup hold list" and "hold lift ID".', 'Desfaça isso antes: "neonpro-backup unpin SNAPSHOT", ou "neonpro-backup hold list" e "hold lift ID".']],
  SOURCE_NOT_AVAILABLE: [2, 501, 'never', ['This kind of source or storage is not available: {kind}.', 'Este tipo de origem ou armazenamento não está disponível: {kind}.'], ['Use a local folder.', 'Use uma pasta local.']],
  SOURCE_UNREADABLE: [1, 400, 'never', ['The path {path} can not be read ({cause}).', 'O caminho {path} não pode ser lido ({cause}).'], ['Check that it exists and that this user may read it.', 'Confira se ele existe e se este usuário pode lê-lo.']],
  STALE_WORKER: [1, 409, 'never', ['Another worker has taken this run over.', 'Outro processo assumiu esta execução.'], ['Nothing needs to be done: the other worker finishes it.', 'Nada a fazer: o outro processo a conclui.']],
  STORAGE_FAILED: [1, 502, 'later', ['The storage failed ({cause}).', 'O armazenamento falhou ({cause}).'], ['Check the disk or the connection and run it again.', 'Verifique o disco ou a conexão e execute de novo.']],
  STORAGE_UNAVAILABLE: [1, 503, 'later', ['The storage can not be reached.', 'O armazenamento está inacessível.'], ['Check the connection and run it again.', 'Verifique a conexão e execute de novo.']],
  TARGET_REFUSED: [1, 400, 'never', ['{path} can not be the target. {why}.', '{path} não pode ser o destino. {why}.'], ['Choose another folder.', 'Escolha outra pasta.']],
  USAGE: [2, 400, 'never', ['That can not be done as asked.', 'Não é possível fazer isso dessa forma.'], ['See "neonpro-backup {command} --help".', 'Veja "neonpro-backup {command} --help".']],
  WORKER_LOST: [1, 500, 'now', ['The process that did the work ended without an answer ({cause}).', 'O processo que fazia o trabalho terminou sem resposta ({cause}).'], ['It is tried again. If it goes on, look at memory and at backup.log.', 'Será tentado de novo. Se persistir, verifique a memória e o backup.log.']],
} as const satisfies Record<ErrorCode, Row>

export const ERROR_CATALOG: Readonly<Record<ErrorCode, ErrorEntry>> = Object.fromEntries(
  Object.entries(ROWS).map(([code, [exitCode, httpStatus, retry, message, guidance]]) => [
    code,
    {
      exitCode,
      httpStatus,
      retry,
      message: { en: message[0], 'pt-BR': message[1] },
      guidance: { en: guidance[0], 'pt-BR': guidance[1] },
    },
  ]),
) as Record<ErrorCode, ErrorEntry>
