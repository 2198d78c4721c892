import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  BackupError
} from "./part-KOWYFHTZ.js";

// src/contracts/retention.ts
var DAY_MS = 864e5;
function calendarOf(zone) {
  const format = new Intl.DateTimeFormat("en-CA", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });
  return (atMs) => {
    const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
    const [year, month, day, hour, minute] = [parts["year"] ?? "", parts["month"] ?? "", parts["day"] ?? "", parts["hour"] ?? "", parts["minute"] ?? ""];
    const date = `${year}-${month}-${day}`;
    const aheadMinutes = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)) / 6e4 - Math.floor(atMs / 6e4);
    const hourKey = `${date}T${hour}#${aheadMinutes}`;
    return { hour: hourKey, day: date, week: isoWeek(Number(year), Number(month), Number(day)), month: `${year}-${month}`, quarter: `${year}-Q${Math.ceil(Number(month) / 3)}`, year };
  };
}
function isoWeek(year, month, day) {
  const date = new Date(Date.UTC(year, month - 1, day));
  const weekday = date.getUTCDay() || 7;
  date.setUTCDate(date.getUTCDate() + 4 - weekday);
  const yearStart = Date.UTC(date.getUTCFullYear(), 0, 1);
  return `${date.getUTCFullYear()}-W${String(Math.ceil(((date.getTime() - yearStart) / DAY_MS + 1) / 7)).padStart(2, "0")}`;
}
function decideRetention(input) {
  const points = [...input.points].sort((a, b) => b.atMs - a.atMs || (a.id < b.id ? 1 : -1));
  const reasons = new Map(points.map(({ id }) => [id, []]));
  const keep = (id, reason) => reasons.get(id)?.push(reason);
  applyRules(points, input, keep);
  const lastGood = points.find(({ isGood }) => isGood);
  if (lastGood) keep(lastGood.id, "last good");
  for (const [id, why] of input.protectedBy ?? []) keep(id, why);
  return points.map(({ id }) => ({ id, isKept: reasons.get(id).length > 0, reasons: reasons.get(id) }));
}
function applyRules(points, { policy, nowMs, calendar }, keep) {
  const { last, withinDays, hourly, daily, weekly, monthly, yearly, custom } = policy;
  const hasRule = [last, withinDays, hourly, daily, weekly, monthly, yearly].some((value) => value !== void 0) || (custom ?? []).length > 0;
  if (!hasRule) for (const { id } of points) keep(id, "no policy");
  for (const [i, { id }] of points.slice(0, last ?? 0).entries()) keep(id, `last ${i + 1}/${last}`);
  if (withinDays !== void 0) {
    for (const { id, atMs } of points) if (atMs >= nowMs - withinDays * DAY_MS) keep(id, `within ${withinDays} days`);
  }
  const counts = [["hourly", "hour", hourly], ["daily", "day", daily], ["weekly", "week", weekly], ["monthly", "month", monthly], ["yearly", "year", yearly]];
  for (const [name, period, count2] of counts) keepNewest(points, { name, count: count2 ?? 0, key: (point) => calendar(point.atMs)[period] }, keep);
  for (const rule of custom ?? []) applyCustom(points, { rule, nowMs, calendar }, keep);
}
function keepNewest(points, rule, keep) {
  const seen = /* @__PURE__ */ new Set();
  for (const point of points) {
    if (seen.size >= rule.count) return;
    const key = rule.key(point);
    if (seen.has(key)) continue;
    seen.add(key);
    keep(point.id, `${rule.name} ${seen.size}/${rule.count}`);
  }
}
function parsePattern(pattern) {
  const match = /^(first|last)-of-(day|week|month|quarter|year)$/.exec(pattern);
  return match ? { side: match[1], period: match[2] } : void 0;
}
function applyCustom(points, parts, keep) {
  const { rule, nowMs, calendar } = parts;
  const parsed = parsePattern(rule.pattern);
  if (!parsed) return;
  const candidates = /* @__PURE__ */ new Map();
  for (const point of points) {
    const key = calendar(point.atMs)[parsed.period];
    if (parsed.side === "first" || !candidates.has(key)) candidates.set(key, point);
  }
  const running = calendar(nowMs)[parsed.period];
  let counted = 0;
  for (const [key, point] of candidates) {
    if (key === running) {
      keep(point.id, `${rule.pattern} (running)`);
      continue;
    }
    counted += 1;
    if (rule.keep === "forever" || counted <= rule.keep) keep(point.id, rule.keep === "forever" ? `${rule.pattern} for ever` : `${rule.pattern} ${counted}/${rule.keep}`);
  }
}

// src/contracts/entry-columns.ts
var FileType = { SOCKET: 49152, LINK: 40960, FILE: 32768, BLOCK: 24576, DIRECTORY: 16384, CHARACTER: 8192, FIFO: 4096 };
var TYPE_MASK = 61440;
function fileTypeOf(mode) {
  return mode & TYPE_MASK;
}
var STORED_COLUMNS = [
  "mode",
  "uid",
  "gid",
  "sizeLow",
  "sizeHigh",
  "mtimeSecondsLow",
  "mtimeSecondsHigh",
  "mtimeNanoseconds",
  "ctimeSecondsLow",
  "ctimeSecondsHigh",
  "ctimeNanoseconds",
  "inodeLow",
  "inodeHigh",
  "links",
  "deviceMajor",
  "deviceMinor"
];
var COLUMN_COUNT = STORED_COLUMNS.length;
var Column = {
  MODE: 0,
  UID: 1,
  GID: 2,
  SIZE_LOW: 3,
  SIZE_HIGH: 4,
  MTIME_LOW: 5,
  MTIME_HIGH: 6,
  MTIME_NANOSECONDS: 7,
  CTIME_LOW: 8,
  CTIME_HIGH: 9,
  CTIME_NANOSECONDS: 10,
  INODE_LOW: 11,
  INODE_HIGH: 12,
  LINKS: 13,
  DEVICE_MAJOR: 14,
  DEVICE_MINOR: 15
};
var EMPTY = new Uint32Array(0);
var EntryColumns = class {
  count = 0;
  /** One character a byte. */
  names = [];
  /** By `Column`. */
  values = Array.from({ length: COLUMN_COUNT }, () => EMPTY);
  rdevMajors = EMPTY;
  rdevMinors = EMPTY;
  /** Allocated 512-byte blocks, low word; only to recognise holes. */
  blocks = EMPTY;
  #capacity = 0;
  clear() {
    this.count = 0;
    this.names.length = 0;
  }
  /** Room for `count` entries; what is there stays. The first call gives just that room, later ones at least double it. */
  reserve(count2) {
    if (count2 <= this.#capacity) return;
    const capacity = this.#capacity === 0 ? count2 : Math.max(count2, this.#capacity * 2, 256);
    const block = new Uint32Array(capacity * (COLUMN_COUNT + 3));
    const column = (number, before) => {
      const next = block.subarray(number * capacity, (number + 1) * capacity);
      if (this.count > 0) next.set(before.subarray(0, this.count));
      return next;
    };
    this.values = this.values.map((before, number) => column(number, before));
    this.rdevMajors = column(COLUMN_COUNT, this.rdevMajors);
    this.rdevMinors = column(COLUMN_COUNT + 1, this.rdevMinors);
    this.blocks = column(COLUMN_COUNT + 2, this.blocks);
    this.#capacity = capacity;
  }
  /** Keeps only the entries named, which are in ascending order. */
  keep(entries) {
    if (entries.length === this.count) return;
    const columns = [...this.values, this.rdevMajors, this.rdevMinors, this.blocks];
    for (const [to, from] of entries.entries()) {
      this.names[to] = this.names[from];
      for (const column of columns) column[to] = column[from];
    }
    this.count = entries.length;
    this.names.length = entries.length;
  }
  mode(entry) {
    return this.values[Column.MODE][entry];
  }
  type(entry) {
    return this.mode(entry) & TYPE_MASK;
  }
  /** Bytes; exact below 2^53. */
  size(entry) {
    return this.values[Column.SIZE_HIGH][entry] * 2 ** 32 + this.values[Column.SIZE_LOW][entry];
  }
  setSize(entry, bytes) {
    this.values[Column.SIZE_LOW][entry] = bytes % 2 ** 32;
    this.values[Column.SIZE_HIGH][entry] = Math.floor(bytes / 2 ** 32);
  }
  links(entry) {
    return this.values[Column.LINKS][entry];
  }
  /** Seconds since 1970, signed. */
  mtimeSeconds(entry) {
    return (this.values[Column.MTIME_HIGH][entry] | 0) * 2 ** 32 + this.values[Column.MTIME_LOW][entry];
  }
  mtimeNanoseconds(entry) {
    return this.values[Column.MTIME_NANOSECONDS][entry];
  }
  /** "major:minor" of the file system. */
  device(entry) {
    return `${this.values[Column.DEVICE_MAJOR][entry]}:${this.values[Column.DEVICE_MINOR][entry]}`;
  }
  /** Device and inode: equal for hard links of one file. */
  identity(entry) {
    return `${this.device(entry)}:${this.values[Column.INODE_HIGH][entry]}:${this.values[Column.INODE_LOW][entry]}`;
  }
  /** Type, size, times and inode agree: the file was not changed between the two listings. */
  isUnchanged(entry, other, otherEntry) {
    for (const column of UNCHANGED_COLUMNS) if (this.values[column][entry] !== other.values[column][otherEntry]) return false;
    return true;
  }
};
var UNCHANGED_COLUMNS = [
  Column.MODE,
  Column.SIZE_LOW,
  Column.SIZE_HIGH,
  Column.MTIME_LOW,
  Column.MTIME_HIGH,
  Column.MTIME_NANOSECONDS,
  Column.CTIME_LOW,
  Column.CTIME_HIGH,
  Column.CTIME_NANOSECONDS,
  Column.INODE_LOW,
  Column.INODE_HIGH
];

// src/contracts/error-catalog.ts
var ROWS = {
  ABORTED: [130, 499, "now", ["The operation was stopped.", "A opera\xE7\xE3o foi interrompida."], ["Run it again: what was stored is kept and is not read twice.", "Execute de novo: o que j\xE1 foi guardado permanece e n\xE3o ser\xE1 lido outra vez."]],
  ALERT_NOT_FOUND: [1, 404, "never", ["There is no alert {alert}.", "N\xE3o h\xE1 alerta {alert}."], ['"neonpro-backup status" lists the open ones.', '"neonpro-backup status" lista os abertos.']],
  ALREADY_EXISTS: [1, 409, "never", ["{key} exists already.", "{key} j\xE1 existe."], ["Choose another name.", "Escolha outro nome."]],
  ALREADY_INITIALIZED: [1, 409, "never", ["The backup system runs already with another configuration.", "O sistema de backup j\xE1 est\xE1 em execu\xE7\xE3o com outra configura\xE7\xE3o."], ["Call shutdown() first, or use getBackupSystem().", "Chame shutdown() antes ou use getBackupSystem()."]],
  BACKUP_TIMEOUT: [1, 504, "never", ["The run took longer than {seconds} s.", "A execu\xE7\xE3o passou de {seconds} s."], ["Raise performance.timeout; what was stored is kept and is not read twice.", "Aumente performance.timeout; o que j\xE1 foi guardado permanece e n\xE3o ser\xE1 lido de novo."]],
  CONFIG_EXISTS: [1, 409, "never", ["There is a configuration named {name} already.", "J\xE1 existe uma configura\xE7\xE3o chamada {name}."], ["Choose another name, or edit that one.", "Escolha outro nome ou edite a existente."]],
  CONFIG_INVALID: [2, 400, "never", ["The setting {path} is not valid: {why}.", "A configura\xE7\xE3o {path} n\xE3o \xE9 v\xE1lida: {why}."], ["Accepted: {accepted}.", "Aceita-se: {accepted}."]],
  CONFIG_NOT_FOUND: [1, 404, "never", ["There is no configuration {config}.", "N\xE3o h\xE1 configura\xE7\xE3o {config}."], ['"neonpro-backup config list" lists them.', '"neonpro-backup config list" as lista.']],
  DAMAGED: [1, 500, "never", ["Damaged data was found: {object}.", "Dados danificados: {object}."], ['Run "neonpro-backup verify --read-data=all" to see which snapshots and files are hit, then "neonpro-backup repair".', 'Execute "neonpro-backup verify --read-data=all" para ver quais snapshots e arquivos foram atingidos e depois "neonpro-backup repair".']],
  DATABASE_NOT_EMPTY: [1, 409, "never", ["The database holds what this repository does not know: {what}.", "O banco cont\xE9m o que este reposit\xF3rio n\xE3o conhece: {what}."], ['Rebuild into a new database: move HOME/database away or name an empty DATABASE_URL. "--force" keeps other configurations beside the rebuilt ones; another audit log is never replaced.', 'Reconstrua em um banco novo: mova HOME/database para outro lugar ou indique um DATABASE_URL vazio. "--force" mant\xE9m outras configura\xE7\xF5es ao lado das reconstru\xEDdas; outro log de auditoria nunca \xE9 substitu\xEDdo.']],
  DATABASE_NOT_INITIALIZED: [1, 503, "never", ["The database {database} does not have the tables of NeonPro Backup.", "O banco {database} n\xE3o tem as tabelas do NeonPro Backup."], ['Run database/schema.sql in it, or "neonpro-backup system init-db".', 'Execute database/schema.sql nele ou "neonpro-backup system init-db".']],
  DATABASE_ROLES_MISSING: [1, 403, "never", ["The database user may not make the roles anon, authenticated and service_role, and they are missing.", "O usu\xE1rio do banco n\xE3o pode criar os pap\xE9is anon, authenticated e service_role, e eles n\xE3o existem."], ["Ask an administrator of the database for: {statements}", "Pe\xE7a a um administrador do banco: {statements}"]],
  DATABASE_TOO_NEW: [1, 501, "never", ["The database has the newer schema {version}; this program knows {known}.", "O banco tem o esquema mais novo {version}; este programa conhece {known}."], ["Use a newer version of the program.", "Use uma vers\xE3o mais nova do programa."]],
  DATABASE_TOO_OLD: [1, 501, "never", ["The database {database} is PostgreSQL {version}; 15 is the oldest that works.", "O banco {database} \xE9 PostgreSQL {version}; o mais antigo aceito \xE9 o 15."], ["Upgrade the server, or leave DATABASE_URL out to use the embedded database.", "Atualize o servidor ou deixe DATABASE_URL de fora para usar o banco embutido."]],
  DATABASE_UNAVAILABLE: [1, 503, "later", ["The database {database} can not be reached ({cause}).", "O banco {database} est\xE1 inacess\xEDvel ({cause})."], ["Check that it runs and that address, user and password are right. Restores need only repository and key.", "Confira se est\xE1 em execu\xE7\xE3o e se endere\xE7o, usu\xE1rio e senha est\xE3o certos. Para restaurar bastam o reposit\xF3rio e a chave."]],
  DELIVERY_FAILED: [1, 502, "later", ["The message could not be delivered by {channel} ({cause}).", "A mensagem n\xE3o p\xF4de ser entregue por {channel} ({cause})."], ["Check the address and the credentials of the channel.", "Confira o endere\xE7o e as credenciais do canal."]],
  DELIVERY_REFUSED: [1, 502, "never", ["The message was refused by {channel} ({cause}).", "A mensagem foi recusada por {channel} ({cause})."], ["Correct the address or the credentials of the channel; docs/alarms.md names them.", "Corrija o endere\xE7o ou as credenciais do canal; docs/alarms.md os lista."]],
  DISK_FULL: [1, 507, "later", ["There is no room left.", "N\xE3o h\xE1 mais espa\xE7o em disco."], ['Free some room or run "neonpro-backup forget" and "prune". Nothing that was stored before is lost.', 'Libere espa\xE7o ou execute "neonpro-backup forget" e "prune". Nada do que j\xE1 estava guardado se perdeu.']],
  EMBEDDED_NOT_DURABLE: [1, 500, "never", ["The embedded database does not write through to the disk.", "O banco embutido n\xE3o grava de fato no disco."], ["Set DATABASE_URL to a PostgreSQL server, or reinstall the program with the locked versions.", "Defina DATABASE_URL com um servidor PostgreSQL ou reinstale o programa com as vers\xF5es travadas."]],
  EMBEDDED_UNREADABLE: [1, 500, "never", ["The embedded database in {directory} does not open: it is damaged or was made by another version.", "O banco embutido em {directory} n\xE3o abre: est\xE1 danificado ou foi criado por outra vers\xE3o."], ['Move the folder away and run "neonpro-backup system rebuild": everything in it can be made again from the repository. Restores need only repository and key.', 'Mova a pasta para outro lugar e execute "neonpro-backup system rebuild": tudo o que h\xE1 nela pode ser refeito a partir do reposit\xF3rio. Para restaurar bastam o reposit\xF3rio e a chave.']],
  FEATURE_UNSUPPORTED: [1, 501, "never", ["The repository needs a feature that this version does not know: {feature}.", "O reposit\xF3rio exige um recurso que esta vers\xE3o n\xE3o conhece: {feature}."], ["Use a newer version of the program.", "Use uma vers\xE3o mais nova do programa."]],
  FILE_NOT_FOUND: [1, 404, "never", ["There is no file {path} in the storage.", "N\xE3o h\xE1 arquivo {path} no armazenamento."], ["storage.list() gives the paths that there are.", "storage.list() d\xE1 os caminhos que existem."]],
  FORMAT_TOO_NEW: [1, 501, "never", ["The repository has the newer format {version}.", "O reposit\xF3rio est\xE1 no formato mais novo {version}."], ["Use a newer version of the program.", "Use uma vers\xE3o mais nova do programa."]],
  INDEX_FULL: [1, 507, "never", ["One run can not add more than {capacity} new blobs.", "Uma execu\xE7\xE3o n\xE3o pode acrescentar mais de {capacity} blocos novos."], ["Back up the paths in several runs; what was stored is kept.", "Divida os caminhos em v\xE1rias execu\xE7\xF5es; o que foi guardado permanece."]],
  INTERNAL: [1, 500, "never", ["Something went wrong inside the program.", "Algo deu errado dentro do programa."], ["Run again with DEBUG=backup:* and report what it prints.", "Execute de novo com DEBUG=backup:* e informe o que for mostrado."]],
  KEY_FILE_UNREADABLE: [2, 400, "never", ["The key file {path} can not be read ({cause}).", "O arquivo de chave {path} n\xE3o pode ser lido ({cause})."], ["Check that it is there, that its disk is mounted, and that this user may read it.", "Confira se ele existe, se o disco dele est\xE1 montado e se este usu\xE1rio pode l\xEA-lo."]],
  KEY_MISSING: [2, 400, "never", ["There is no encryption key.", "N\xE3o h\xE1 chave de criptografia."], ['Make one with "neonpro-backup key generate FILE", keep it outside data and repository, and set BACKUP_ENCRYPTION_KEY=file:FILE.', 'Crie uma com "neonpro-backup key generate ARQUIVO", guarde-a fora dos dados e do reposit\xF3rio e defina BACKUP_ENCRYPTION_KEY=file:ARQUIVO.']],
  KEY_PLACEHOLDER: [2, 400, "never", ["{source} holds a placeholder from an example.", "{source} cont\xE9m um valor de exemplo."], ['Make a real key with "neonpro-backup key generate FILE".', 'Crie uma chave de verdade com "neonpro-backup key generate ARQUIVO".']],
  KEY_REFUSED: [2, 400, "never", ["{source} is refused. {why}.", "{source}: valor recusado. {why}."], ['Make a good key with "neonpro-backup key generate FILE".', 'Crie uma boa chave com "neonpro-backup key generate ARQUIVO".']],
  KEY_UNPROVEN: [12, 500, "never", ["A fresh process could not open everything with the key that stays.", "Um processo novo n\xE3o conseguiu abrir tudo com a chave que fica."], ['Try "neonpro-backup key list" with that key alone, and add it with "key add" if it does not open the repository.', 'Experimente "neonpro-backup key list" s\xF3 com essa chave e inclua-a com "key add" se ela n\xE3o abrir o reposit\xF3rio.']],
  KEY_WEAK: [2, 400, "never", ["{source} is too easy to guess.", "{source}: valor f\xE1cil demais de adivinhar."], ['Use at least 16 varied characters that are no common words, or make a key with "neonpro-backup key generate FILE".', 'Use pelo menos 16 caracteres variados que n\xE3o sejam palavras comuns ou crie uma chave com "neonpro-backup key generate ARQUIVO".']],
  KEY_WRONG: [12, 403, "never", ["This key ({fingerprint}) does not open this repository.", "Esta chave ({fingerprint}) n\xE3o abre este reposit\xF3rio."], ["Check BACKUP_ENCRYPTION_KEY or --key-file; the recovery kit names the fingerprint of the key that fits.", "Confira BACKUP_ENCRYPTION_KEY ou --key-file; o kit de recupera\xE7\xE3o traz a impress\xE3o da chave que serve."]],
  NODE_TOO_OLD: [1, 500, "never", ["Node.js 22.15 or newer is needed; this is {version}.", "\xC9 necess\xE1rio Node.js 22.15 ou mais novo; este \xE9 o {version}."], ["Install a newer Node.js.", "Instale um Node.js mais novo."]],
  NOT_FOUND: [1, 404, "never", ["Not found: {object}.", "N\xE3o encontrado: {object}."], ['Check the name: "neonpro-backup {list}" shows what there is.', 'Confira o nome: "neonpro-backup {list}" mostra o que existe.']],
  NOT_INITIALIZED: [1, 409, "never", ["The backup system has not been started.", "O sistema de backup ainda n\xE3o foi iniciado."], ["Call initializeBackupSystem() first.", "Chame initializeBackupSystem() antes."]],
  NOT_PERMITTED: [1, 403, "never", ["{user} may not do that ({verb}).", "{user} n\xE3o tem permiss\xE3o para isso ({verb})."], ["Ask an administrator for the right role.", "Pe\xE7a a um administrador o papel adequado."]],
  NO_SPACE_RESERVED: [1, 507, "later", ["The reserved space is used up.", "O espa\xE7o reservado acabou."], ["Free some room.", "Libere espa\xE7o."]],
  OWNER_EXISTS: [11, 409, "never", ["The process {pid} on {host} runs this system already.", "O processo {pid} em {host} j\xE1 executa este sistema."], ["Stop it first, or use the commands beside it: they talk to it.", "Encerre-o antes ou use os comandos ao lado dele: eles falam com ele."]],
  OWNER_GONE: [1, 503, "now", ["The process that runs the system ended during the call.", "O processo que executa o sistema terminou durante a chamada."], ['Look at the result with "neonpro-backup status" and call again.', 'Veja o resultado com "neonpro-backup status" e chame de novo.']],
  PERMISSION_DENIED: [1, 403, "never", ["Access was denied: {key}.", "Acesso negado: {key}."], ["Check owner and mode of file and folder, or run as the user who owns them.", "Confira o dono e as permiss\xF5es do arquivo e da pasta ou execute como o usu\xE1rio dono."]],
  PLATFORM_UNSUPPORTED: [1, 501, "never", ["This platform can not do that.", "Esta plataforma n\xE3o permite isso."], ['Run "neonpro-backup doctor" to see what is missing. To restore without it: "neonpro-rescue restore".', 'Execute "neonpro-backup doctor" para ver o que falta. Para restaurar sem isso: "neonpro-rescue restore".']],
  POINT_NOT_FOUND: [1, 404, "never", ["There is no recovery point {point}.", "N\xE3o h\xE1 ponto de recupera\xE7\xE3o {point}."], ['List them with getRecoveryPoints() or "neonpro-backup snapshots".', 'Liste-os com getRecoveryPoints() ou "neonpro-backup snapshots".']],
  REBUILD_NEEDED: [1, 409, "never", ["The repository {repository} belongs to a system whose database is not this one.", "O reposit\xF3rio {repository} pertence a um sistema cujo banco n\xE3o \xE9 este."], ['If that database is lost, run "neonpro-backup system rebuild --repo URL" into a new one; else use its database or another repository. Until then nothing that is decided here is recorded there.', 'Se aquele banco se perdeu, execute "neonpro-backup system rebuild --repo URL" em um banco novo; sen\xE3o, use o banco dele ou outro reposit\xF3rio. At\xE9 l\xE1, nada do que for decidido aqui fica registrado ali.']],
  REPOSITORY_EXISTS: [1, 409, "never", ["There is a repository already at {repository}.", "J\xE1 existe um reposit\xF3rio em {repository}."], ["Use it as it is, or choose another place.", "Use-o como est\xE1 ou escolha outro lugar."]],
  REPOSITORY_LOCKED: [11, 409, "later", ["The repository was changed by another run at the same time.", "O reposit\xF3rio foi alterado por outra execu\xE7\xE3o ao mesmo tempo."], ["Run it again.", "Execute de novo."]],
  REPOSITORY_MISSING: [10, 503, "later", ["The repository {repository} was here before and is gone.", "O reposit\xF3rio {repository} j\xE1 existiu e sumiu."], ["Is the disk mounted? Nothing is made anew in its place. If it is lost for good, choose another place.", "O disco est\xE1 montado? Nada \xE9 criado no lugar. Se foi perdido de vez, escolha outro local."]],
  REPOSITORY_NOT_FOUND: [10, 404, "never", ["There is no repository at {repository}.", "N\xE3o h\xE1 reposit\xF3rio em {repository}."], ['Check --repo; a disk may not be mounted. A new one is made by "neonpro-backup init".', 'Confira --repo; talvez um disco n\xE3o esteja montado. Um novo \xE9 criado com "neonpro-backup init".']],
  REQUEST_NOT_FOUND: [1, 404, "never", ["There is no recovery request {request}.", "N\xE3o h\xE1 solicita\xE7\xE3o de recupera\xE7\xE3o {request}."], ["Check the id that createRecoveryRequest() gave.", "Confira o id que createRecoveryRequest() devolveu."]],
  RESTORE_MISMATCH: [1, 500, "now", ["A restored file does not read back as it was written.", "Um arquivo restaurado n\xE3o confere com o que foi gravado."], ["Check the target disk and restore again.", "Verifique o disco de destino e restaure de novo."]],
  ROLLBACK_SUSPECTED: [1, 409, "never", ["The repository shows an older state than it had.", "O reposit\xF3rio mostra um estado mais antigo do que j\xE1 teve."], ["Somebody may have put back or removed objects. Compare with a replica before you trust it or write to it.", "Algu\xE9m pode ter devolvido ou removido objetos. Compare com uma r\xE9plica antes de confiar nele ou gravar nele."]],
  RUN_NOT_FOUND: [1, 404, "never", ["There is no run {run}.", "N\xE3o h\xE1 execu\xE7\xE3o {run}."], ['"neonpro-backup status" lists the newest.', '"neonpro-backup status" lista as mais recentes.']],
  SNAPSHOT_AMBIGUOUS: [2, 400, "never", ["Several snapshots begin with {snapshot}.", "V\xE1rios snapshots come\xE7am com {snapshot}."], ["Give more digits.", "Informe mais d\xEDgitos."]],
  SNAPSHOT_NOT_FOUND: [1, 404, "never", ["There is no snapshot {snapshot}.", "N\xE3o h\xE1 snapshot {snapshot}."], ['"neonpro-backup snapshots" lists them.', '"neonpro-backup snapshots" os lista.']],
  SNAPSHOT_PROTECTED: [1, 409, "never", ["The snapshot {snapshot} is kept by {by}; nothing was forgotten.", "O snapshot {snapshot} \xE9 mantido por {by}; nada foi esquecido."], ['Lift that first: "neonpro-backup unpin SNAPSHOT", or "neonpro-backup hold list" and "hold lift ID".', 'Desfa\xE7a isso antes: "neonpro-backup unpin SNAPSHOT", ou "neonpro-backup hold list" e "hold lift ID".']],
  SOURCE_NOT_AVAILABLE: [2, 501, "never", ["This kind of source or storage is not available: {kind}.", "Este tipo de origem ou armazenamento n\xE3o est\xE1 dispon\xEDvel: {kind}."], ["Use a local folder.", "Use uma pasta local."]],
  SOURCE_UNREADABLE: [1, 400, "never", ["The path {path} can not be read ({cause}).", "O caminho {path} n\xE3o pode ser lido ({cause})."], ["Check that it exists and that this user may read it.", "Confira se ele existe e se este usu\xE1rio pode l\xEA-lo."]],
  STALE_WORKER: [1, 409, "never", ["Another worker has taken this run over.", "Outro processo assumiu esta execu\xE7\xE3o."], ["Nothing needs to be done: the other worker finishes it.", "Nada a fazer: o outro processo a conclui."]],
  STORAGE_FAILED: [1, 502, "later", ["The storage failed ({cause}).", "O armazenamento falhou ({cause})."], ["Check the disk or the connection and run it again.", "Verifique o disco ou a conex\xE3o e execute de novo."]],
  STORAGE_UNAVAILABLE: [1, 503, "later", ["The storage can not be reached.", "O armazenamento est\xE1 inacess\xEDvel."], ["Check the connection and run it again.", "Verifique a conex\xE3o e execute de novo."]],
  TARGET_REFUSED: [1, 400, "never", ["{path} can not be the target. {why}.", "{path} n\xE3o pode ser o destino. {why}."], ["Choose another folder.", "Escolha outra pasta."]],
  USAGE: [2, 400, "never", ["That can not be done as asked.", "N\xE3o \xE9 poss\xEDvel fazer isso dessa forma."], ['See "neonpro-backup {command} --help".', 'Veja "neonpro-backup {command} --help".']],
  WORKER_LOST: [1, 500, "now", ["The process that did the work ended without an answer ({cause}).", "O processo que fazia o trabalho terminou sem resposta ({cause})."], ["It is tried again. If it goes on, look at memory and at backup.log.", "Ser\xE1 tentado de novo. Se persistir, verifique a mem\xF3ria e o backup.log."]]
};
var ERROR_CATALOG = Object.fromEntries(
  Object.entries(ROWS).map(([code, [exitCode, httpStatus, retry, message, guidance]]) => [
    code,
    { exitCode, httpStatus, retry, message: { en: message[0], "pt-BR": message[1] }, guidance: { en: guidance[0], "pt-BR": guidance[1] } }
  ])
);

// src/contracts/system/option-reference.ts
var table = (rows) => Object.fromEntries(Object.entries(rows).map(([path, [en, pt, byDefault, meaning]]) => [path, { accepted: { en, "pt-BR": pt }, default: byDefault, meaning }]));
var NONE = "\u2014";
var LIST_OF_PATTERNS = ['a list of patterns such as ["*.tmp"]', 'uma lista de padr\xF5es como ["*.tmp"]'];
var count = (what, que, byDefault = NONE) => ["a whole number from 0 up", "um n\xFAmero inteiro a partir de 0", byDefault, `${what}${que}`];
var YES_OR_NO = ["true or false", "true ou false"];
var FILTER_ROWS = {
  includePatterns: [...LIST_OF_PATTERNS, "all", "Only files that match one of these are backed up."],
  excludePatterns: [...LIST_OF_PATTERNS, "none", "Files and folders that match are left out."],
  sizeLimit: ["a whole number of bytes from 1 up", "um n\xFAmero inteiro de bytes a partir de 1", "none", "Larger files are left out. Bytes."],
  modifiedSince: ['an ISO 8601 date such as "2024-01-01"', 'uma data ISO 8601 como "2024-01-01"', "none", "Files last changed before are left out."]
};
var nested = (prefix, rows) => Object.fromEntries(Object.entries(rows).map(([path, row]) => [`${prefix}.${path}`, row]));
var SHARED_ROWS = {
  performance: ["an object", "um objeto", NONE, "How hard a run works."],
  "performance.maxConcurrentBackups": ["a whole number from 1 to 64", "um n\xFAmero inteiro de 1 a 64", "1", "Runs at once per worker. Counts in the system's configuration only."],
  "performance.compressionLevel": ["a whole number from 1 to 9", "um n\xFAmero inteiro de 1 a 9", "3", "zstd, by the table in docs/tuning.md."],
  "performance.chunkSize": ["a whole number of bytes from 65536 to 16777216", "um n\xFAmero inteiro de bytes de 65536 a 16777216", "1048576", "Bytes that are compressed and sealed together: the segment target, never the deduplication boundary."],
  "performance.timeout": ["a whole number of seconds from 1 up", "um n\xFAmero inteiro de segundos a partir de 1", "7200", "Seconds after which a run is stopped; what it stored is kept."],
  "performance.retryAttempts": ["a whole number from 0 to 20", "um n\xFAmero inteiro de 0 a 20", "3", "Further attempts after a transient error."],
  "performance.retryDelay": ["a whole number of milliseconds from 0 up", "um n\xFAmero inteiro de milissegundos a partir de 0", "30000", "Milliseconds between two attempts."],
  retention: ['a number of days from 1 up, or an object such as { "daily": 14 }', 'um n\xFAmero de dias a partir de 1 ou um objeto como { "daily": 14 }', "keep all", "Which points stay; see docs/retention.md. A number keeps every point of so many days."],
  "retention.last": count("The newest so many points.", ""),
  "retention.withinDays": count("Every point of the last so many days.", ""),
  "retention.hourly": count("The newest point of each of the last so many hours", " that have one."),
  "retention.daily": count("The newest point of each of the last so many days", " that have one."),
  "retention.weekly": count("The newest point of each of the last so many weeks", " that have one."),
  "retention.monthly": count("The newest point of each of the last so many months", " that have one."),
  "retention.yearly": ['a whole number from 0 up, or "forever"', 'um n\xFAmero inteiro a partir de 0 ou "forever"', NONE, "The newest point of each of the last so many years that have one."],
  "retention.custom": ['a list such as [{ "pattern": "first-of-month", "keep": 60 }]', 'uma lista como [{ "pattern": "first-of-month", "keep": 60 }]', NONE, "Points of the calendar."],
  "retention.custom[]": ["an object with pattern and keep", "um objeto com pattern e keep", NONE, "One rule."],
  "retention.custom[].pattern": ["first-of- or last-of- and day, week, month, quarter or year", "first-of- ou last-of- e day, week, month, quarter ou year", NONE, "Which point of which period."],
  "retention.custom[].keep": ['a whole number from 1 up, or "forever"', 'um n\xFAmero inteiro a partir de 1 ou "forever"', NONE, "How many of them stay."],
  filters: ["an object", "um objeto", NONE, "What is left out. In a configuration its members may also stand beside the others, without `filters`."],
  ...nested("filters", FILTER_ROWS),
  "filters.includePatterns[]": [...LIST_OF_PATTERNS, NONE, "A pattern."],
  "filters.excludePatterns[]": [...LIST_OF_PATTERNS, NONE, "A pattern."],
  alertConfig: ["an object", "um objeto", NONE, "When the system raises an alarm by itself."],
  "alertConfig.failureRate": ["a number from 0 to 1", "um n\xFAmero de 0 a 1", "0.05", "Failures over finished runs of the last 30 days, from 5 runs on."],
  "alertConfig.maxBackupTime": ["a whole number of seconds from 1 up", "um n\xFAmero inteiro de segundos a partir de 1", "7200", "A run that takes longer, while it still runs. Seconds."],
  "alertConfig.minFreeSpace": ["a whole number of bytes from 0 up", "um n\xFAmero inteiro de bytes a partir de 0", "5368709120", "Less free room than this at repository or HOME. Bytes."]
};
var CONFIG_OPTIONS = table({
  name: ["a text of 1 to 200 characters", "um texto de 1 a 200 caracteres", "required", "Unique among the configurations."],
  kind: ["FILES or DATABASE", "FILES ou DATABASE", "by what is given", "What is backed up."],
  paths: ['a list of paths such as ["/srv/documents"]', 'uma lista de caminhos como ["/srv/documentos"]', "required for files", "Files and folders."],
  "paths[]": ['a list of paths such as ["/srv/documents"]', 'uma lista de caminhos como ["/srv/documentos"]', NONE, "A path."],
  databaseUrl: ['a URL such as "postgresql://user@host:5432/name"', 'uma URL como "postgresql://usuario@host:5432/nome"', NONE, "The database. Sealed at once, shown without its password."],
  frequency: ["HOURLY, DAILY, WEEKLY or MONTHLY", "HOURLY, DAILY, WEEKLY ou MONTHLY", "only by hand", "How often. One of `frequency`, `cron` and `every`."],
  time: ['"HH:MM" from 00:00 to 23:59', '"HH:MM" de 00:00 a 23:59', '"02:00"', "In the zone of the configuration. HOURLY uses its minutes (default 0)."],
  dayOfWeek: ["a number from 0 (Sunday) to 6, or SUN, MON, TUE, WED, THU, FRI or SAT", "um n\xFAmero de 0 (domingo) a 6 ou SUN, MON, TUE, WED, THU, FRI ou SAT", "0", "For WEEKLY."],
  dayOfMonth: ["a whole number from 1 to 31 (31 is the last day)", "um n\xFAmero inteiro de 1 a 31 (31 \xE9 o \xFAltimo dia)", "1", "For MONTHLY."],
  cron: ['a cron expression such as "30 2 * * 1-5" that comes due', 'uma express\xE3o cron como "30 2 * * 1-5" que chegue a vencer', NONE, "Five fields, in the zone of the configuration."],
  every: ['a number and m, h or d, such as "15m"', 'um n\xFAmero e m, h ou d, como "15m"', NONE, "Counted from the making of the configuration, in UTC."],
  timezone: ['an IANA name such as "America/Sao_Paulo"', 'um nome IANA como "America/Sao_Paulo"', "the system's", "Zone of schedule and retention."],
  ...FILTER_ROWS,
  "includePatterns[]": [...LIST_OF_PATTERNS, NONE, "A pattern."],
  "excludePatterns[]": [...LIST_OF_PATTERNS, NONE, "A pattern."],
  ...SHARED_ROWS,
  type: ["FULL, INCREMENTAL, DIFFERENTIAL, FILES or DATABASE", "FULL, INCREMENTAL, DIFFERENTIAL, FILES ou DATABASE", "INCREMENTAL", "FILES and DATABASE name the kind and mean INCREMENTAL."],
  healthcheckUrl: ["an http: or https: URL", "uma URL http: ou https:", "HEALTHCHECK_URL with {slug}", "Is called at start, success and failure of each run."],
  enabled: [...YES_OR_NO, "true", "false: no due times."],
  priority: ["LOW, NORMAL, HIGH or CRITICAL", "LOW, NORMAL, HIGH ou CRITICAL", "NORMAL", "Order of the queue."],
  tags: ["a list of texts", "uma lista de textos", "none", "Written into each snapshot."],
  "tags[]": ["a list of texts", "uma lista de textos", NONE, "A tag."]
});
var SYSTEM_OPTIONS = table({
  provider: ["LOCAL, S3, GCS or AZURE", "LOCAL, S3, GCS ou AZURE", "LOCAL", "Where the repository is. Only LOCAL is there yet."],
  local: ["an object with basePath", "um objeto com basePath", NONE, "A repository in a folder."],
  "local.basePath": ["a path", "um caminho", "HOME/backups", "The folder. In config.json, relative to HOME; else to the current folder."],
  "local.fileMode": ['an octal mode such as "0640"', 'um modo octal como "0640"', '"0600"', "Mode of the files written."],
  "local.directoryMode": ['an octal mode such as "0750"', 'um modo octal como "0750"', '"0700"', "Mode of the folders made."],
  s3: ["an object", "um objeto", NONE, "Answers SOURCE_NOT_AVAILABLE until its provider is there."],
  gcs: ["an object", "um objeto", NONE, "Answers SOURCE_NOT_AVAILABLE until its provider is there."],
  azure: ["an object", "um objeto", NONE, "Answers SOURCE_NOT_AVAILABLE until its provider is there."],
  home: ["a path", "um caminho", "./neonpro-data", "Folder of database, caches and logs: HOME."],
  databaseUrl: ['a URL such as "postgresql://user@host:5432/name"', 'uma URL como "postgresql://usuario@host:5432/nome"', "embedded", "The control plane's own database."],
  scheduler: [...YES_OR_NO, "true", "Whether due runs start in the owner's process."],
  ...SHARED_ROWS,
  logger: ["an object", "um objeto", NONE, "What is logged, and where."],
  "logger.level": ["trace, debug, info, warn, error, fatal or silent", "trace, debug, info, warn, error, fatal ou silent", "info", "The least that is written."],
  "logger.format": ["json or pretty", "json ou pretty", "json", "Of the file; the console too, unless it is colorized."],
  "logger.transports": ['a list such as [{ "type": "file", "filename": "backup.log" }, { "type": "console" }]', 'uma lista como [{ "type": "file", "filename": "backup.log" }, { "type": "console" }]', "the file", "Where lines go."],
  "logger.transports[]": ["an object with type file or console", "um objeto com type file ou console", NONE, "One place."],
  "logger.transports[].type": ["file or console", "file ou console", NONE, "The console is standard error."],
  "logger.transports[].filename": ['a bare file name such as "backup.log": it lies in the log folder', 'um nome de arquivo simples como "backup.log": ele fica na pasta de logs', '"backup.log"', "Of the active file; older ones are renamed to backup.1.log and on."],
  "logger.transports[].colorize": [...YES_OR_NO, "false", "Coloured lines for people."],
  "logger.transports[].level": ["trace, debug, info, warn, error, fatal or silent", "trace, debug, info, warn, error, fatal ou silent", "logger.level", "For this place."]
});
var WEB_ADDRESS = { en: "an http: or https: URL", "pt-BR": "uma URL http: ou https:" };
var ADDRESSES = { en: 'e-mail addresses such as "ops@clinic.example", separated by commas', "pt-BR": 'endere\xE7os de e-mail como "ops@clinica.example", separados por v\xEDrgulas' };
var VARIABLES = {
  BACKUP_ENCRYPTION_KEY: { meaning: "The key that opens the repository: `base64:` or `hex:` with 32 bytes, `passphrase:` with 16 characters or more, `file:PATH`.", default: "required", secret: "all" },
  BACKUP_ENCRYPTION_KEY_PREVIOUS: { meaning: "Earlier keys, separated by commas: they still open, and rotation wraps anew.", default: "none", secret: "all" },
  NEONPRO_BACKUP_HOME: { meaning: "HOME: folder of database, caches and logs.", default: "./neonpro-data" },
  NEONPRO_REPOSITORY: { meaning: "The repository: a path or a `file:` URL.", default: "BACKUP_LOCAL_PATH" },
  BACKUP_LOCAL_PATH: { meaning: "The repository's folder with provider LOCAL.", default: "HOME/backups" },
  DATABASE_URL: { meaning: "PostgreSQL (15 or newer) or Supabase as the control plane's database.", default: "embedded database in HOME", secret: "url", accepted: { en: 'a URL such as "postgresql://user:password@host:5432/name"', "pt-BR": 'uma URL como "postgresql://usuario:senha@host:5432/nome"' } },
  SUPABASE_URL: { meaning: "Of the project. The tables there are used only when DATABASE_URL names its database.", default: "none" },
  SUPABASE_ANON_KEY: { meaning: "Of the project.", default: "none", secret: "all" },
  AWS_ACCESS_KEY_ID: { meaning: "For provider S3, when it is there.", default: "none", secret: "all" },
  AWS_SECRET_ACCESS_KEY: { meaning: "For provider S3, when it is there.", default: "none", secret: "all" },
  AWS_REGION: { meaning: "For provider S3, when it is there.", default: "none" },
  AWS_S3_BUCKET: { meaning: "For provider S3, when it is there.", default: "none" },
  GOOGLE_CLOUD_PROJECT_ID: { meaning: "For provider GCS, when it is there.", default: "none" },
  GOOGLE_CLOUD_BUCKET: { meaning: "For provider GCS, when it is there.", default: "none" },
  GOOGLE_APPLICATION_CREDENTIALS: { meaning: "For provider GCS, when it is there.", default: "none" },
  AZURE_STORAGE_ACCOUNT: { meaning: "For provider AZURE, when it is there.", default: "none" },
  AZURE_STORAGE_KEY: { meaning: "For provider AZURE, when it is there.", default: "none", secret: "all" },
  AZURE_CONTAINER: { meaning: "For provider AZURE, when it is there.", default: "none" },
  SMTP_URL: { meaning: "Mail server for alarms: `smtp://user:password@host:587`.", default: "none", secret: "url", accepted: { en: 'a URL such as "smtp://user:password@host:587" or smtps:', "pt-BR": 'uma URL como "smtp://usuario:senha@host:587" ou smtps:' } },
  ALERT_EMAIL_FROM: { meaning: "Sender of alarms.", default: "none", accepted: ADDRESSES },
  ALERT_EMAIL_TO: { meaning: "Receivers of alarms, separated by commas.", default: "none", accepted: ADDRESSES },
  WEBHOOK_URL: { meaning: "Is called with each alarm.", default: "none", secret: "host", accepted: WEB_ADDRESS },
  WEBHOOK_SECRET: { meaning: "Signs those calls (Standard Webhooks). Two with a space between while one replaces the other.", default: "none", secret: "all", accepted: { en: '"whsec_" and base64 of 16 random bytes or more (openssl rand -base64 32)', "pt-BR": '"whsec_" e base64 de 16 bytes aleat\xF3rios ou mais (openssl rand -base64 32)' } },
  WEBHOOK_ALLOW_PRIVATE: { meaning: "1: WEBHOOK_URL may lead to a private, link-local or loopback address.", default: "none", accepted: { en: "1 or 0", "pt-BR": "1 ou 0" } },
  HEALTHCHECK_URL: { meaning: "With `{slug}`: of each configuration; without: heartbeat of the scheduler itself.", default: "none", secret: "host", accepted: WEB_ADDRESS },
  LOGS_DIRECTORY: { meaning: "Folder of backup.log; systemd sets it.", default: "HOME" },
  DEBUG: { meaning: "`backup:*` or names such as `backup:scheduling`: debug lines on standard error.", default: "none" },
  LANG: { meaning: "pt\u2026: Portuguese; LC_ALL and LC_MESSAGES come first.", default: "English" }
};

// src/contracts/system/vocabulary.ts
var BackupType = { FULL: "FULL", INCREMENTAL: "INCREMENTAL", DIFFERENTIAL: "DIFFERENTIAL", DATABASE: "DATABASE", FILES: "FILES" };
var BackupFrequency = { HOURLY: "HOURLY", DAILY: "DAILY", WEEKLY: "WEEKLY", MONTHLY: "MONTHLY" };
var StorageProvider = { LOCAL: "LOCAL", S3: "S3", GCS: "GCS", AZURE: "AZURE" };
var SourceKind = { FILES: "FILES", DATABASE: "DATABASE" };
var RunState = { PENDING: "PENDING", RUNNING: "RUNNING", COMPLETED: "COMPLETED", PARTIAL: "PARTIAL", FAILED: "FAILED", CANCELLED: "CANCELLED", MISSED: "MISSED" };
var RunTrigger = { SCHEDULED: "SCHEDULED", CATCH_UP: "CATCH_UP", MANUAL: "MANUAL" };
var DueState = { WAITING: "WAITING", ENQUEUED: "ENQUEUED", MISSED: "MISSED", SKIPPED: "SKIPPED" };
var RecoveryType = { FULL_RESTORE: "FULL_RESTORE", PARTIAL_RESTORE: "PARTIAL_RESTORE", POINT_IN_TIME: "POINT_IN_TIME" };
var RecoveryState = { PENDING: "PENDING", RUNNING: "RUNNING", COMPLETED: "COMPLETED", PARTIAL: "PARTIAL", FAILED: "FAILED", CANCELLED: "CANCELLED" };
var PointState = { BACKED_UP: "BACKED_UP", VERIFIED: "VERIFIED", RESTORED: "RESTORED" };
var Priority = { LOW: "LOW", NORMAL: "NORMAL", HIGH: "HIGH", CRITICAL: "CRITICAL" };
var PRIORITY_RANK = { LOW: 0, NORMAL: 1, HIGH: 2, CRITICAL: 3 };
var AlertSeverity = { LOW: "LOW", MEDIUM: "MEDIUM", HIGH: "HIGH", CRITICAL: "CRITICAL" };
var AlertType = {
  BACKUP_FAILED: "BACKUP_FAILED",
  BACKUP_PARTIAL: "BACKUP_PARTIAL",
  BACKUP_LATE: "BACKUP_LATE",
  BACKUP_MISSED: "BACKUP_MISSED",
  BACKUP_OVERRUN: "BACKUP_OVERRUN",
  FAILURE_RATE: "FAILURE_RATE",
  STORAGE_LOW: "STORAGE_LOW",
  RECORD_NOT_STORED: "RECORD_NOT_STORED",
  CHANNEL_FAILING: "CHANNEL_FAILING",
  RETENTION_FAILED: "RETENTION_FAILED",
  VERIFY_FAILED: "VERIFY_FAILED",
  CUSTOM: "CUSTOM"
};
var HealthStatus = { HEALTHY: "HEALTHY", DEGRADED: "DEGRADED", UNHEALTHY: "UNHEALTHY", UNKNOWN: "UNKNOWN" };

// src/contracts/system/call-forms.ts
var forms = (rows) => Object.fromEntries(Object.entries(rows).map(([path, [en, pt]]) => [path, { en, "pt-BR": pt }]));
function oneOf(words) {
  const all = Object.values(words);
  const first = all.slice(0, -1).join(", ");
  return [`${first} or ${all.at(-1)}`, `${first} ou ${all.at(-1)}`];
}
var OBJECT = ["an object", "um objeto"];
var YES_OR_NO2 = ["true or false", "true ou false"];
var PAGE = ["a whole number from 1 up", "um n\xFAmero inteiro a partir de 1"];
var TIME = ['an ISO 8601 time such as "2026-11-24T02:00:00Z"', 'um hor\xE1rio ISO 8601 como "2026-11-24T02:00:00Z"'];
var PERIOD = ['a period such as "24h", "7d" or "4w", or { from, to } as ISO 8601 times', 'um per\xEDodo como "24h", "7d" ou "4w", ou { from, to } como hor\xE1rios ISO 8601'];
var CONFIG_ID = ["the id of a configuration, as listConfigs() gives it", "o id de uma configura\xE7\xE3o, como listConfigs() o devolve"];
var POINT_ID = ["the id of a recovery point, as getRecoveryPoints() gives it", "o id de um ponto de recupera\xE7\xE3o, como getRecoveryPoints() o devolve"];
var FILE_PATH = ["names joined by slashes, such as docs/report.pdf", "nomes separados por barras, como docs/relatorio.pdf"];
var PATHS = ["a list of paths or globs", "uma lista de caminhos ou globs"];
var CALL_FORMS = forms({
  config: OBJECT,
  patch: OBJECT,
  id: CONFIG_ID,
  configId: CONFIG_ID,
  userId: ["a text of 1 to 200 characters", "um texto de 1 a 200 caracteres"],
  runId: ["the id of a run, as runBackupNow() gives it", "o id de uma execu\xE7\xE3o, como runBackupNow() o devolve"],
  filters: OBJECT,
  "filters.configId": CONFIG_ID,
  "filters.status": oneOf(RunState),
  "filters.type": oneOf(BackupType),
  "filters.from": TIME,
  "filters.to": TIME,
  pagination: ["an object with page and limit", "um objeto com page e limit"],
  "pagination.page": PAGE,
  "pagination.limit": ["a whole number from 1 to 1000", "um n\xFAmero inteiro de 1 a 1000"],
  period: PERIOD,
  "period.from": TIME,
  "period.to": TIME,
  "monitor.createAlert: type": oneOf(AlertType),
  severity: oneOf(AlertSeverity),
  message: ["a text of 1 to 2000 characters", "um texto de 1 a 2000 caracteres"],
  alertId: ["the id of an alert, as getActiveAlerts() gives it", "o id de um alerta, como getActiveAlerts() o devolve"],
  backupId: ["the id of a run or of a recovery point", "o id de uma execu\xE7\xE3o ou de um ponto de recupera\xE7\xE3o"],
  "recover.create: type": oneOf(RecoveryType),
  options: ["an object with targetPath", "um objeto com targetPath"],
  "options.targetPath": ["the path of a folder", "o caminho de uma pasta"],
  "options.overwrite": ['true, false, "always", "if-changed", "if-newer" or "never"', 'true, false, "always", "if-changed", "if-newer" ou "never"'],
  "options.priority": oneOf(Priority),
  "options.paths": PATHS,
  "options.paths[]": PATHS,
  "options.at": TIME,
  "options.verify": YES_OR_NO2,
  "options.deleteExtra": YES_OR_NO2,
  requestId: ["the id that createRecoveryRequest() gave", "o id que createRecoveryRequest() devolveu"],
  pointId: POINT_ID,
  reason: ["a text", "um texto"],
  holdId: ["the id that addHold() gave", "o id que addHold() devolveu"],
  source: ["the name of a source, as a recovery point shows it", "o nome de uma origem, como um ponto de recupera\xE7\xE3o o mostra"],
  until: ["a date to come, such as 2047-01-31", "uma data futura, como 2047-01-31"],
  path: FILE_PATH,
  prefix: FILE_PATH,
  from: TIME,
  to: TIME,
  force: YES_OR_NO2,
  data: ["a text, bytes (Uint8Array) or a Readable", "um texto, bytes (Uint8Array) ou um Readable"]
});
function callForm(call, path) {
  const known = CALL_FORMS;
  const asOption = CONFIG_OPTIONS[path.replace(/^policy/, "retention")];
  return known[`${call}: ${path}`] ?? known[path] ?? (path.startsWith("policy") ? asOption?.accepted : void 0);
}

// src/contracts/phrases.ts
var PHRASES_PT_BR = {
  "there is no such option (did you mean {}?)": "essa op\xE7\xE3o n\xE3o existe (seria {}?)",
  "there is no such option": "essa op\xE7\xE3o n\xE3o existe",
  "it is missing": "est\xE1 faltando",
  "it is of the type {}": "o valor \xE9 do tipo {}",
  "it is {}": "o valor \xE9 {}",
  "texts, numbers, true, false, null, lists and objects of them": "textos, n\xFAmeros, true, false, null, listas e objetos deles",
  "it is no JSON ({})": "n\xE3o \xE9 JSON ({})",
  "it can not be read ({})": "n\xE3o pode ser lido ({})",
  "it can not stand beside {}": "n\xE3o pode ficar ao lado de {}",
  "it has no effect without {}": "n\xE3o tem efeito sem {}",
  "it says something else than {}": "diz outra coisa que {}",
  "it can not be used": "n\xE3o pode ser usado",
  "its end is not after its beginning": "o fim n\xE3o vem depois do in\xEDcio",
  'a period such as "24h", "7d" or "4w", or { from, to } as ISO 8601 times': 'um per\xEDodo como "24h", "7d" ou "4w", ou { from, to } como hor\xE1rios ISO 8601',
  "it is no URL of that kind": "n\xE3o \xE9 uma URL desse tipo",
  "it is no list of addresses": "n\xE3o \xE9 uma lista de endere\xE7os",
  "a JSON object": "um objeto JSON",
  "a file that this user can read": "um arquivo que este usu\xE1rio possa ler",
  "the folder that the file lies in": "a pasta em que o arquivo est\xE1",
  "process {}, which owns {}, works with {}": "o processo {}, dono de {}, trabalha com {}",
  "the same repository, or another NEONPRO_BACKUP_HOME": "o mesmo reposit\xF3rio, ou outro NEONPRO_BACKUP_HOME",
  "it has a character that no path has": "tem um caractere que nenhum caminho tem",
  "it can not be changed": "n\xE3o pode ser alterado",
  "it never comes due: {}": "nunca chega a vencer: {}",
  "there is no such time zone: {}": "esse fuso hor\xE1rio n\xE3o existe: {}",
  "the pattern {} can not be used": "o padr\xE3o {} n\xE3o pode ser usado",
  "it lies inside the repository {}": "fica dentro do reposit\xF3rio {}",
  "It lies inside {}, beside the data; keep it elsewhere": "Ela fica dentro de {}, junto dos dados; guarde-a em outro lugar",
  "it holds the repository {}": "cont\xE9m o reposit\xF3rio {}",
  "folders apart from the repository": "pastas separadas do reposit\xF3rio",
  "It can not be written to ({})": "N\xE3o \xE9 poss\xEDvel gravar nele ({})",
  "It holds the repository, and what is not in the point would be deleted": "Cont\xE9m o reposit\xF3rio, e o que n\xE3o est\xE1 no ponto seria apagado",
  "it has passed already": "j\xE1 passou",
  "a date to come, such as 2047-01-31": "uma data futura, como 2047-01-31",
  "a list of paths or globs": "uma lista de caminhos ou globs",
  "FULL_RESTORE, or PARTIAL_RESTORE with paths": "FULL_RESTORE, ou PARTIAL_RESTORE com paths",
  "it is empty": "est\xE1 vazio",
  "it begins or ends with a slash": "come\xE7a ou termina com barra",
  'it has an empty, "." or ".." step': 'tem um trecho vazio, "." ou ".."',
  "it has control characters": "tem caracteres de controle",
  "it is longer than {} bytes": "tem mais de {} bytes",
  "names joined by slashes, such as docs/report.pdf": "nomes separados por barras, como docs/relatorio.pdf",
  "FILES with paths": "FILES com paths",
  "only one of frequency, cron and every": "s\xF3 uma entre frequency, cron e every",
  "one of the known options: {}": "uma das op\xE7\xF5es conhecidas: {}",
  "an object": "um objeto",
  // Why a key or a target is refused (the part behind "refused").
  "Keys in a KMS and age recipients are not taken by this version; use a raw key or a passphrase": "Chaves em KMS e destinat\xE1rios age n\xE3o s\xE3o aceitos por esta vers\xE3o; use uma chave bruta ou uma frase secreta",
  '32 hexadecimal digits are 128 bits: give 64 of them, or write "passphrase:" before the value if it is one': '32 d\xEDgitos hexadecimais s\xE3o 128 bits: informe 64 deles, ou escreva "passphrase:" antes do valor se for uma frase secreta',
  "It has none of the known forms: base64: or hex: with 32 bytes, passphrase: with at least 16 characters, file: with a path, or exactly 32 characters": "N\xE3o tem nenhuma das formas conhecidas: base64: ou hex: com 32 bytes, passphrase: com pelo menos 16 caracteres, file: com um caminho, ou exatamente 32 caracteres",
  "It decodes to {} bytes where 32 are needed": "Decodifica para {} bytes, e s\xE3o precisos 32",
  "It holds characters that its form does not have": "Cont\xE9m caracteres que a forma n\xE3o tem",
  "A key file may not point to another file": "Um arquivo de chave n\xE3o pode apontar para outro",
  "{} is no key file": "{} n\xE3o \xE9 um arquivo de chave",
  'The key file {} can be read by others: run "chmod 600 {}"': 'O arquivo de chave {} pode ser lido por outros: execute "chmod 600 {}"',
  "It lies inside the repository {}; keep it elsewhere": "Est\xE1 dentro do reposit\xF3rio {}; guarde-a em outro lugar",
  "It is not empty, and no repository either": "N\xE3o est\xE1 vazia e tamb\xE9m n\xE3o \xE9 um reposit\xF3rio",
  "It is no folder": "N\xE3o \xE9 uma pasta",
  "It lies in the repository": "Est\xE1 dentro do reposit\xF3rio",
  "Something that is no folder stands there": "H\xE1 ali algo que n\xE3o \xE9 uma pasta",
  "pin": "fixa\xE7\xE3o",
  "hold {}": "reten\xE7\xE3o {}",
  "the kind that it was made with": "o tipo com que foi criada"
};
var exacts;
var templates;
function phrase(text, locale) {
  if (locale === "en") return text;
  exacts ??= new Map([...acceptedForms(), ...Object.entries(PHRASES_PT_BR)]);
  const exact = exacts.get(text);
  if (exact !== void 0) return exact;
  templates ??= Object.entries(PHRASES_PT_BR).filter(([key]) => key.includes("{}")).map(([key, translation]) => ({ expression: expressionOf(key), translation }));
  for (const { expression, translation } of templates) {
    const values = expression.exec(text)?.slice(1);
    if (values) return translation.replace(/\{\}/g, () => values.shift() ?? "");
  }
  return text;
}
function acceptedForms() {
  const references = Object.values(VARIABLES);
  const forms2 = [...Object.values(CONFIG_OPTIONS), ...Object.values(SYSTEM_OPTIONS), ...references].flatMap(({ accepted }) => accepted ?? []);
  return [...forms2, ...Object.values(CALL_FORMS)].map((form) => [form.en, form["pt-BR"]]);
}
function expressionOf(template) {
  return new RegExp(`^${template.split("{}").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("(.*)")}$`, "s");
}

// src/contracts/failure.ts
function localeOf(env) {
  const value = env["LC_ALL"] || env["LC_MESSAGES"] || env["LANG"] || "";
  return value.toLowerCase().startsWith("pt") ? "pt-BR" : "en";
}
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? `{${name}}`));
}
var DEFAULTS = { list: "ls SNAPSHOT" };
var WORDS = ["why", "accepted", "by"];
function errorText(entry, locale, values) {
  const said = Object.fromEntries(Object.entries({ ...DEFAULTS, ...values }).map(([name, value]) => [name, WORDS.includes(name) && typeof value === "string" ? phrase(value, locale) : value]));
  const filled = (text) => text.replace(/\s*[(:]?\s*\{(\w+)\}\)?/g, (whole, name) => said[name] === void 0 ? "" : whole.replace(`{${name}}`, () => String(said[name])));
  return { message: filled(entry.message[locale]), guidance: filled(entry.guidance[locale]) };
}
function failureOf(error, locale) {
  const known = error instanceof BackupError ? error : new BackupError("INTERNAL", error instanceof Error ? error.message : String(error), { cause: error });
  const { message, guidance } = errorText(ERROR_CATALOG[known.code], locale, known.context);
  return { code: known.code, message: known.code === "USAGE" ? known.message : message, guidance };
}

export {
  FileType,
  fileTypeOf,
  COLUMN_COUNT,
  Column,
  EntryColumns,
  ERROR_CATALOG,
  CONFIG_OPTIONS,
  SYSTEM_OPTIONS,
  VARIABLES,
  BackupType,
  BackupFrequency,
  StorageProvider,
  SourceKind,
  RunState,
  RunTrigger,
  DueState,
  RecoveryType,
  RecoveryState,
  PointState,
  Priority,
  PRIORITY_RANK,
  AlertSeverity,
  AlertType,
  HealthStatus,
  CALL_FORMS,
  callForm,
  phrase,
  localeOf,
  fill,
  errorText,
  failureOf,
  calendarOf,
  decideRetention,
  parsePattern
};
