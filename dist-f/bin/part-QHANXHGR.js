import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  REDACTED,
  passwordsOf,
  redactPath,
  redactUrl
} from "./part-NVX2M3IU.js";
import {
  parseLocation
} from "./part-7IKXLDJX.js";
import {
  parseKek
} from "./part-MHRCNTTW.js";
import {
  AlertSeverity,
  AlertType,
  BackupFrequency,
  BackupType,
  Priority,
  RecoveryType,
  SYSTEM_OPTIONS,
  SourceKind,
  StorageProvider,
  VARIABLES,
  callForm,
  fill,
  localeOf
} from "./part-AUIKQE6Q.js";
import {
  BackupError,
  systemCode
} from "./part-KOWYFHTZ.js";

// src/system/settings/keys.ts
import fs2 from "node:fs";
import path2 from "node:path";

// src/contracts/system/config-settings.ts
import { z } from "zod";
var count = z.number().int().min(0);
var bytes = z.number().int().min(1);
var performanceSchema = z.strictObject({
  /** Runs at once per worker; default 1. */
  maxConcurrentBackups: z.number().int().min(1).max(64).optional(),
  /** 1–9; default 3. */
  compressionLevel: z.number().int().min(1).max(9).optional(),
  /** Bytes; the segment target, never the dedup boundary. Default 1 MiB. */
  chunkSize: z.number().int().min(65536).max(16777216).optional(),
  /** Seconds; default 7,200. */
  timeout: z.number().int().min(1).optional(),
  /** Transient errors only; default 3. */
  retryAttempts: z.number().int().min(0).max(20).optional(),
  /** Milliseconds; default 30,000. */
  retryDelay: z.number().int().min(0).optional()
});
var keep = z.union([z.number().int().min(1), z.literal("forever")]);
var customRule = z.strictObject({ pattern: z.string().regex(/^(first|last)-of-(day|week|month|quarter|year)$/, '"first-of-" or "last-of-" and day, week, month, quarter or year'), keep });
var retentionSchema = z.union([
  z.number().int().min(1),
  z.strictObject({ last: count.optional(), withinDays: count.optional(), hourly: count.optional(), daily: count.optional(), weekly: count.optional(), monthly: count.optional(), yearly: z.union([count, z.literal("forever")]).optional(), custom: z.array(customRule).optional() })
]);
var filtersSchema = z.strictObject({
  includePatterns: z.array(z.string().min(1)).optional(),
  excludePatterns: z.array(z.string().min(1)).optional(),
  /** Bytes. */
  sizeLimit: bytes.optional(),
  /** ISO 8601 date or time. */
  modifiedSince: z.string().refine((text) => !Number.isNaN(Date.parse(text)), "an ISO 8601 date").optional()
});
var alertConfigSchema = z.strictObject({
  /** 0–1: failures over finished runs of the last 30 days, from 5 runs on. */
  failureRate: z.number().min(0).max(1).optional(),
  /** Seconds. */
  maxBackupTime: z.number().int().min(1).optional(),
  /** Bytes. */
  minFreeSpace: z.number().int().min(0).optional()
});
var time = z.string().regex(/^([01]?\d|2[0-3]):[0-5]\d$/, '"HH:MM" from 00:00 to 23:59');
var dayOfWeek = z.union([z.number().int().min(0).max(6), z.enum(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])]);
var scheduleFields = {
  frequency: z.enum(BackupFrequency).optional(),
  time: time.optional(),
  /** 0 = Sunday, or "MON". */
  dayOfWeek: dayOfWeek.optional(),
  /** 31 = the last. */
  dayOfMonth: z.number().int().min(1).max(31).optional(),
  cron: z.string().min(1).optional(),
  /** "15m", "6h", "2d": counted from the configuration's creation, in UTC. */
  every: z.string().regex(/^[1-9]\d{0,5}[mhd]$/, 'a number and m, h or d, such as "15m"').optional(),
  /** IANA name. */
  timezone: z.string().optional()
};
var backupOptionsSchema = z.strictObject({
  ...scheduleFields,
  ...filtersSchema.shape,
  filters: filtersSchema.optional(),
  type: z.enum(BackupType).optional(),
  retention: retentionSchema.optional(),
  performance: performanceSchema.optional(),
  alertConfig: alertConfigSchema.optional(),
  healthcheckUrl: z.url({ protocol: /^https?$/ }).optional(),
  enabled: z.boolean().optional(),
  priority: z.enum(Priority).optional(),
  tags: z.array(z.string().min(1)).optional()
});
var configInputSchema = z.strictObject({
  name: z.string().trim().min(1).max(200),
  kind: z.enum(SourceKind).optional(),
  paths: z.array(z.string().min(1)).optional(),
  /** A connection URL. It is sealed at once and never shown with its password. */
  databaseUrl: z.string().optional(),
  ...backupOptionsSchema.shape
});
var configPatchSchema = z.strictObject(Object.fromEntries(Object.entries(configInputSchema.shape).map(([name, schema]) => [name, schema.nullish()])));
function effectiveSettings(settings, defaults) {
  const retention = settings.retention ?? defaults.retention;
  return {
    ...settings,
    ...retention !== void 0 && { retention },
    performance: { ...defaults.performance, ...settings.performance },
    filters: { ...defaults.filters, ...settings.filters },
    alertConfig: { ...defaults.alertConfig, ...settings.alertConfig }
  };
}

// src/contracts/system/system-config.ts
import { z as z2 } from "zod";
var level = z2.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]);
var BARE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;
var octalMode = z2.string().regex(/^0?[0-7]{3}$/);
var loggerSchema = z2.strictObject({
  level: level.optional(),
  format: z2.enum(["json", "pretty"]).optional(),
  transports: z2.array(z2.discriminatedUnion("type", [
    /** A bare name: it lies in the log folder. */
    z2.strictObject({ type: z2.literal("file"), filename: z2.string().regex(BARE_NAME).optional(), level: level.optional() }),
    z2.strictObject({ type: z2.literal("console"), colorize: z2.boolean().optional(), level: level.optional() })
  ])).optional()
});
var systemConfigSchema = z2.strictObject({
  provider: z2.enum(StorageProvider).optional(),
  local: z2.strictObject({ basePath: z2.string().min(1), fileMode: octalMode.optional(), directoryMode: octalMode.optional() }).optional(),
  s3: z2.record(z2.string(), z2.unknown()).optional(),
  gcs: z2.record(z2.string(), z2.unknown()).optional(),
  azure: z2.record(z2.string(), z2.unknown()).optional(),
  /** Where database, caches and logs of the system lie; default NEONPRO_BACKUP_HOME, else ./neonpro-data. */
  home: z2.string().min(1).optional(),
  /** A PostgreSQL control plane; none means the embedded one. */
  databaseUrl: z2.string().min(1).optional(),
  /** Default true: due runs start in the owner's process. */
  scheduler: z2.boolean().optional(),
  performance: performanceSchema.optional(),
  retention: retentionSchema.optional(),
  filters: filtersSchema.optional(),
  alertConfig: alertConfigSchema.optional(),
  logger: loggerSchema.optional()
});
var recoveryOptionsSchema = z2.strictObject({
  targetPath: z2.string().min(1),
  /** true = always, false = never, or a mode's name; default if-changed. */
  overwrite: z2.union([z2.boolean(), z2.enum(["always", "if-changed", "if-newer", "never"])]).optional(),
  priority: z2.enum(["LOW", "NORMAL", "HIGH", "CRITICAL"]).optional(),
  /** For PARTIAL_RESTORE: paths or globs. */
  paths: z2.array(z2.string().min(1)).optional(),
  /** For POINT_IN_TIME. */
  at: z2.string().optional(),
  verify: z2.boolean().optional(),
  deleteExtra: z2.boolean().optional()
});
var listBackupsFilterSchema = z2.strictObject({
  configId: z2.string().optional(),
  status: z2.string().optional(),
  type: z2.string().optional(),
  from: z2.union([z2.string(), z2.date()]).optional(),
  to: z2.union([z2.string(), z2.date()]).optional()
});
var paginationSchema = z2.strictObject({ page: z2.number().int().min(1).optional(), limit: z2.number().int().min(1).max(1e3).optional() });

// src/contracts/system/calls.ts
import { z as z3 } from "zod";

// src/contracts/system/validation.ts
var VALUE_CHARS_MAX = 60;
var NEVER_REPEATED = /url|secret|password|key|token/i;
function parseOptions(schema, value, place) {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refusalOf(deepest(parsed.error.issues[0]), value, place);
}
function invalidOption(path4, why, place) {
  const accepted = place.options[referencePath(path4)]?.accepted.en ?? "an object";
  return new BackupError("CONFIG_INVALID", `${path4}: ${why}; accepted: ${accepted}.`, { context: { path: `${place.origin ?? ""}${path4}`, why, accepted } });
}
function deepest(issue) {
  if (issue.code !== "invalid_union") return issue;
  const meant = issue.errors.find((branch) => !branch.some(({ code, path: path4 }) => code === "invalid_type" && path4.length === 0))?.[0];
  if (!meant) return issue;
  return deepest({ ...meant, path: [...issue.path, ...meant.path] });
}
function refusalOf(issue, value, place) {
  if (issue.code === "unrecognized_keys") return unknownOption(issue, place);
  return invalidOption(pathText(issue.path) || (place.whole ?? "config"), whyOf(issue, valueAt(value, issue.path)), place);
}
function unknownOption(issue, place) {
  const parent = pathText(issue.path);
  const name = issue.keys[0] ?? "";
  const path4 = parent === "" ? name : `${parent}.${name}`;
  const known = memberNames(parent, place.options);
  const nearest = nearestName(name, known);
  const why = nearest === void 0 ? "there is no such option" : `there is no such option (did you mean ${nearest}?)`;
  return new BackupError("CONFIG_INVALID", `${path4}: ${why}`, { context: { path: `${place.origin ?? ""}${path4}`, why, accepted: `one of the known options: ${known.join(", ")}` } });
}
function whyOf(issue, value) {
  if (value === void 0) return "it is missing";
  if (typeof value === "function") return "it is of the type function";
  const name = String(issue.path.findLast((part) => typeof part === "string") ?? "");
  if (typeof value === "object" && value !== null) return `it is of the type ${Array.isArray(value) ? "list" : "object"}`;
  if (NEVER_REPEATED.test(name)) return `it is of the type ${typeof value}`;
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return `it is ${text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX)}\u2026` : text}`;
}
function valueAt(value, path4) {
  let at = value;
  for (const part of path4) at = typeof at === "object" && at !== null ? at[part] : void 0;
  return at;
}
function pathText(path4) {
  return path4.map((part, i) => typeof part === "number" ? `[${part}]` : `${i === 0 ? "" : "."}${String(part)}`).join("");
}
function referencePath(path4) {
  return path4.replace(/\[\d+\]/g, "[]");
}
function memberNames(parent, options) {
  const prefix = parent === "" ? "" : `${referencePath(parent)}.`;
  return Object.keys(options).filter((path4) => path4.startsWith(prefix) && /^\w+$/.test(path4.slice(prefix.length))).map((path4) => path4.slice(prefix.length));
}
function nearestName(name, known) {
  const near = known.map((each) => ({ each, distance: distance(name.toLowerCase(), each.toLowerCase()) })).sort((a, b) => a.distance - b.distance)[0];
  return near && near.distance <= Math.max(2, Math.floor(near.each.length / 3)) && near.distance < near.each.length ? near.each : void 0;
}
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) next.push(Math.min(next[j] + 1, row[j + 1] + 1, row[j] + (letter === b[j] ? 0 : 1)));
    row = next;
  }
  return row[b.length];
}
function* schemaPaths(schema, path4 = "") {
  if (path4 !== "") yield path4;
  const { def } = schema._zod;
  if (def.innerType) yield* schemaPaths(def.innerType, path4);
  for (const [name, member] of Object.entries(def.shape ?? {})) yield* schemaPaths(member, path4 === "" ? name : `${path4}.${name}`);
  if (def.element) yield* schemaPaths(def.element, `${path4}[]`);
  for (const option of def.options ?? []) yield* schemaPaths(option, path4);
}

// src/contracts/system/calls.ts
var id = z3.string().min(1);
var userId = z3.string().min(1).max(200).optional();
function reads(input) {
  return { input };
}
function acts(action, input, about) {
  return { action, input, about };
}
var nothing = z3.strictObject({});
var config = z3.custom();
var patch = z3.custom();
var CALLS = {
  "config.create": acts("config.create", z3.strictObject({ config, userId }), (input) => `config:${String(input.config?.name)}`),
  "config.update": acts("config.update", z3.strictObject({ id, patch, userId }), (input) => `config:${input.id}`),
  "config.delete": acts("config.delete", z3.strictObject({ id, userId }), (input) => `config:${input.id}`),
  "config.get": reads(z3.strictObject({ id })),
  "config.list": reads(nothing),
  "backup.execute": acts("backup.run", z3.strictObject({ configId: id, userId }), ({ configId }) => `config:${configId}`),
  "backup.cancel": acts("backup.cancel", z3.strictObject({ runId: id, userId }), ({ runId }) => `run:${runId}`),
  "backup.get": reads(z3.strictObject({ runId: id })),
  "backup.wait": reads(z3.strictObject({ runId: id })),
  "backup.list": reads(z3.strictObject({ filters: listBackupsFilterSchema.optional(), pagination: paginationSchema.optional() })),
  "retention.simulate": reads(z3.strictObject({ configId: id.optional(), policy: retentionSchema.optional() })),
  "retention.apply": acts("retention.apply", z3.strictObject({ configId: id.optional(), userId }), ({ configId }) => configId === void 0 ? "retention:all" : `config:${configId}`),
  "scheduler.status": reads(nothing),
  "system.status": reads(nothing),
  "monitor.realTime": reads(nothing),
  "monitor.metrics": reads(z3.strictObject({ period: z3.union([z3.string(), z3.strictObject({ from: z3.string(), to: z3.string() })]) })),
  "monitor.alerts": reads(nothing),
  "monitor.createAlert": acts("alert.create", z3.strictObject({ type: z3.enum(AlertType), severity: z3.enum(AlertSeverity), message: z3.string().min(1).max(2e3), userId }), ({ type }) => `alert:${type}`),
  "monitor.acknowledge": acts("alert.acknowledge", z3.strictObject({ alertId: id, userId }), ({ alertId }) => `alert:${alertId}`),
  "monitor.health": reads(nothing),
  "recover.create": acts("recovery.request", z3.strictObject({ backupId: id, type: z3.enum(RecoveryType), options: recoveryOptionsSchema, userId }), ({ backupId }) => `point:${backupId}`),
  "recover.status": reads(z3.strictObject({ requestId: id })),
  "recover.cancel": acts("recovery.cancel", z3.strictObject({ requestId: id, userId }), ({ requestId }) => `recovery:${requestId}`),
  "recover.points": reads(z3.strictObject({ configId: id.optional() })),
  "recover.pin": acts("point.pin", z3.strictObject({ pointId: id, reason: z3.string().optional(), userId }), ({ pointId }) => `point:${pointId}`),
  "recover.unpin": acts("point.unpin", z3.strictObject({ pointId: id, userId }), ({ pointId }) => `point:${pointId}`),
  "recover.addHold": acts("hold.add", z3.strictObject({ pointId: id.optional(), source: z3.string().optional(), until: z3.string().optional(), reason: z3.string().min(1), userId }), ({ pointId, source }) => `hold:${pointId ?? source ?? "all"}`),
  "recover.liftHold": acts("hold.lift", z3.strictObject({ holdId: id, userId }), ({ holdId }) => `hold:${holdId}`),
  "storage.delete": acts("storage.delete", z3.strictObject({ path: z3.string(), userId }), ({ path: path4 }) => `user:${path4}`),
  "storage.list": reads(z3.strictObject({ prefix: z3.string().optional() })),
  "storage.exists": reads(z3.strictObject({ path: z3.string() })),
  "audit.verify": reads(nothing),
  "audit.export": acts("audit.export", z3.strictObject({ from: z3.string().optional(), to: z3.string().optional(), userId }), () => "audit:log"),
  /** Writes its own entry, at the end of the log that it brings back: one for a failed attempt would begin another log. */
  "system.rebuild": reads(z3.strictObject({ userId, force: z3.boolean().optional() }))
};
function parseCall(name, input) {
  const schema = CALLS[name].input;
  const options = Object.fromEntries([...schemaPaths(schema)].map((path4) => [path4, { accepted: callForm(name, path4) }]));
  return parseOptions(schema, input, { options, whole: "input" });
}

// src/contracts/system/warning-catalog.ts
var ROWS = {
  AUDIT_NOT_WRITTEN: ['That was done, but the audit log could not be written: look into backup.log, and check that the database answers ("neonpro-backup doctor").', 'Isso foi feito, mas o log de auditoria n\xE3o p\xF4de ser gravado: veja o backup.log e confira se o banco responde ("neonpro-backup doctor").'],
  CONTROL_PLANE_INSIDE: ['The control plane lies in the database {database} that is to be protected: when it is lost, schedules and history are lost with it until "neonpro-backup system rebuild".', 'O plano de controle fica no banco {database} que deve ser protegido: se ele se perder, agendas e hist\xF3rico se perdem junto at\xE9 "neonpro-backup system rebuild".'],
  HOME_IN_SOURCE: ["The system's own folder {home} lies in {path}: exclude it, its database is made again from the repository.", "A pasta do pr\xF3prio sistema {home} fica em {path}: exclua-a, pois o banco dela \xE9 refeito a partir do reposit\xF3rio."],
  KEY_IN_SOURCE: ["The key file {file} lies in what is backed up: keep a copy elsewhere, the backup can not be opened without it.", "O arquivo de chave {file} est\xE1 no que \xE9 guardado: mantenha uma c\xF3pia fora, pois sem ela o backup n\xE3o abre."],
  KEY_TYPED: ['{source} is 32 typed characters and is taken as a passphrase. "neonpro-backup key generate FILE" makes a stronger one.', '{source} tem 32 caracteres digitados e \xE9 tratada como frase secreta. "neonpro-backup key generate ARQUIVO" cria uma mais forte.'],
  LOG_FALLBACK: ["The log {file} can not be written ({cause}): its lines go to standard error.", "O log {file} n\xE3o pode ser gravado ({cause}): suas linhas v\xE3o para a sa\xEDda de erro."],
  NOT_YET_ACTIVE: ["{option} has no effect here.", "{option} n\xE3o tem efeito aqui."],
  NO_RETENTION: ["No retention was given: every point is kept.", "Nenhuma reten\xE7\xE3o foi informada: todos os pontos s\xE3o mantidos."],
  PLACEHOLDER_IGNORED: ["{variable} holds a placeholder from an example and counts as not set.", "{variable} cont\xE9m um valor de exemplo e conta como n\xE3o definida."],
  RECORD_PENDING: ["The configuration is saved, but the repository can not be reached: its record there is written as soon as that is possible.", "A configura\xE7\xE3o foi salva, mas o reposit\xF3rio est\xE1 inacess\xEDvel: o registro nele ser\xE1 gravado assim que poss\xEDvel."],
  RETENTION_CONFLICT: ["This configuration keeps {rule}, the policy of the system only {other}: the longer one counts here. Check whether the data may be kept that long.", "Esta configura\xE7\xE3o mant\xE9m {rule}; a pol\xEDtica do sistema, s\xF3 {other}: aqui vale a mais longa. Confira se os dados podem ser guardados por tanto tempo."],
  STORED_FILE_DAMAGED: ["A stored file can not be listed, its name {key} is damaged: upload it again.", "Um arquivo guardado n\xE3o pode ser listado, o nome {key} est\xE1 danificado: envie-o de novo."],
  SUPABASE_TABLES_EMPTY: ["SUPABASE_URL is set but DATABASE_URL is not: the tables in Supabase stay empty, the embedded database is used. Set DATABASE_URL to the project's connection string.", "SUPABASE_URL est\xE1 definida, mas DATABASE_URL n\xE3o: as tabelas no Supabase ficam vazias e o banco embutido \xE9 usado. Defina DATABASE_URL com a string de conex\xE3o do projeto."],
  TIMEZONE_ASSUMED: ['No time zone was given: {timezone} is taken, as the system has it. Name one, such as "America/Sao_Paulo".', 'Nenhum fuso hor\xE1rio foi informado: vale {timezone}, como no sistema. Informe um, como "America/Sao_Paulo".']
};
function warningOf(code, locale, values = {}) {
  const [en, pt] = ROWS[code];
  const text = { en, "pt-BR": pt };
  return { code, message: fill(text[locale], values) };
}

// src/system/settings/layers.ts
import fs from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
var OriginKind = { ARGUMENT: "ARGUMENT", CONFIG_FILE: "CONFIG_FILE", ENVIRONMENT: "ENVIRONMENT", ENV_FILE: "ENV_FILE", DEFAULT: "DEFAULT" };
function readLayers(input) {
  const { cwd, env } = input;
  const argument = parseOptions(systemConfigSchema, input.argument ?? {}, { options: SYSTEM_OPTIONS });
  const envFile = { path: path.join(cwd, ".env"), env: readEnvFile(path.join(cwd, ".env")) };
  const home = homeOf(input, { argument, envFile });
  const file = path.join(home.value, "config.json");
  const config2 = parseOptions(systemConfigSchema, readJson(file), { options: SYSTEM_OPTIONS, origin: `${file}: ` });
  if (config2.home !== void 0 && ![path.resolve(cwd, config2.home), path.resolve(home.value, config2.home)].includes(home.value)) {
    throw new BackupError("CONFIG_INVALID", "config.json names another HOME than the one it lies in.", { context: { path: `${file}: home`, why: `it says something else than ${home.value}`, accepted: "the folder that the file lies in" } });
  }
  return { argument, configFile: { path: file, config: config2 }, env, envFile, cwd, home };
}
function homeOf({ cwd, env, home }, { argument, envFile }) {
  if (home !== void 0) return { value: path.resolve(cwd, home), origin: { kind: OriginKind.ARGUMENT, name: "--home" } };
  if (argument.home !== void 0) return { value: path.resolve(cwd, argument.home), origin: { kind: OriginKind.ARGUMENT, name: "home" } };
  const found = variable({ env, envFile }, ["NEONPRO_BACKUP_HOME"]);
  return found ? { value: path.resolve(cwd, found.value), origin: found.origin } : { value: path.resolve(cwd, "neonpro-data"), origin: { kind: OriginKind.DEFAULT } };
}
function variable(layers, names) {
  for (const name of names) if (isSet(name, layers.env[name])) return { value: layers.env[name], origin: { kind: OriginKind.ENVIRONMENT, name } };
  for (const name of names) if (isSet(name, layers.envFile.env[name])) return { value: layers.envFile.env[name], origin: { kind: OriginKind.ENV_FILE, name, file: layers.envFile.path } };
  return void 0;
}
function typed(layers, option) {
  const inArgument = memberAt(layers.argument, option);
  if (inArgument !== void 0) return { value: inArgument, origin: { kind: OriginKind.ARGUMENT, name: option } };
  const inFile = memberAt(layers.configFile.config, option);
  return inFile === void 0 ? void 0 : { value: inFile, origin: { kind: OriginKind.CONFIG_FILE, name: option, file: layers.configFile.path } };
}
function placeholders(layers) {
  return variableNames().filter((name) => isPlaceholder(name, layers.env[name]) || !layers.env[name] && isPlaceholder(name, layers.envFile.env[name]));
}
function variableNames() {
  return Object.keys(VARIABLES);
}
function isSet(name, value) {
  return value !== void 0 && value.trim() !== "" && !isPlaceholder(name, value);
}
function isPlaceholder(name, value) {
  return value !== void 0 && !name.startsWith("BACKUP_ENCRYPTION_KEY") && /^(your|sua|seu)[_-]|^path\/to\/|^<[^>]*>$/i.test(value.trim());
}
function memberAt(config2, option) {
  let at = config2;
  for (const part of option.split(".")) at = typeof at === "object" && at !== null ? at[part] : void 0;
  return at;
}
function readEnvFile(file) {
  const text = readText(file);
  return text === void 0 ? {} : parseEnv(text);
}
function readJson(file) {
  const text = readText(file);
  if (text === void 0) return {};
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const position = /position (\d+)/.exec(String(error))?.[1];
    const line = position === void 0 ? void 0 : text.slice(0, Number(position)).split("\n").length;
    throw new BackupError("CONFIG_INVALID", `${file} is no JSON.`, { context: { path: file, why: `it is no JSON (${line === void 0 ? "syntax" : `line ${line}`})`, accepted: "a JSON object" } });
  }
}
function readText(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return void 0;
    throw new BackupError("CONFIG_INVALID", `${file} can't be read.`, { context: { path: file, why: `it can not be read (${code ?? "unknown"})`, accepted: "a file that this user can read" }, cause: error });
  }
}

// src/system/settings/keys.ts
function readKeys(values) {
  const [current, ...previous] = values.keys;
  if (!current || current.source === "BACKUP_ENCRYPTION_KEY_PREVIOUS") throw new BackupError("KEY_MISSING", "No key was given.");
  const read = [current, ...previous].map((key) => readKey(key, [values.repository.path, values.home]));
  return { keks: read.map(({ kek }) => kek), keyFiles: read.flatMap(({ file }) => file ?? []), warnings: typedWarnings(read, [current, ...previous], values.locale) };
}
function readKey({ text, source, origin }, folders) {
  const kek = parseKek(text, source);
  const file = text.startsWith("file:") ? text.slice(5) : void 0;
  const written = file ?? (origin.kind === OriginKind.ENV_FILE ? origin.file : void 0);
  const beside = written === void 0 ? void 0 : folders.find((folder) => isInside(written, folder));
  if (beside !== void 0) throw new BackupError("KEY_REFUSED", "The key lies beside the data.", { context: { source: written, why: `It lies inside ${beside}, beside the data; keep it elsewhere` } });
  return { kek, ...file !== void 0 && { file } };
}
function typedWarnings(read, keys, locale) {
  return read.flatMap(({ kek }, i) => kek.kind === "passphrase" && kek.warning ? [warningOf("KEY_TYPED", locale, { source: keys[i].source })] : []);
}
function isInside(file, folder) {
  const relative = path2.relative(realPath(folder), realPath(file));
  return relative !== "" && !relative.startsWith(`..${path2.sep}`) && relative !== ".." && !path2.isAbsolute(relative);
}
function realPath(place) {
  try {
    return fs2.realpathSync(place);
  } catch {
    return path2.resolve(place);
  }
}

// src/system/settings/settings.ts
import path3 from "node:path";
import { inspect } from "node:util";
function resolveSettings(input) {
  const layers = readLayers(input);
  const origins = [];
  const keep2 = (name, found, shown = found.value) => {
    origins.push({ name, value: shown, origin: found.origin });
    return found.value;
  };
  const home = keep2("home", layers.home);
  const locale = localeOfLayers(layers);
  const repository = repositoryOf(layers, input);
  keep2("repository", repository, repository.value.path);
  const database = databaseOf(layers);
  keep2("databaseUrl", database, database.value === void 0 ? null : redactUrl(database.value));
  const options = optionsOf(layers, keep2);
  const logs = variable(layers, ["LOGS_DIRECTORY"]);
  const logsDirectory = keep2("logsDirectory", logs ? { value: path3.resolve(layers.cwd, logs.value.split(":")[0]), origin: logs.origin } : { value: home, origin: layers.home.origin });
  const values = {
    home,
    repository: repository.value,
    ...database.value !== void 0 && { databaseUrl: database.value },
    ...options,
    logsDirectory,
    debug: variable(layers, ["DEBUG"])?.value ?? "",
    locale,
    channels: channelsOf(layers),
    keys: keysOf(layers, input),
    secrets: secretsOf(layers, database.value)
  };
  for (const name of variableNames()) origins.push(variableEntry(layers, name));
  return { values: guarded(values, origins), origins, warnings: warningsOf(layers, { locale, hasDatabase: database.value !== void 0 }) };
}
function byDefault(value) {
  return { value, origin: { kind: OriginKind.DEFAULT } };
}
function repositoryOf(layers, { repository }) {
  if (repository !== void 0) return { value: locationOf(repository, layers.cwd), origin: { kind: OriginKind.ARGUMENT, name: "--repo" } };
  const provider = typed(layers, "provider")?.value ?? StorageProvider.LOCAL;
  if (provider !== StorageProvider.LOCAL) throw new BackupError("SOURCE_NOT_AVAILABLE", `There is no storage provider ${String(provider)} yet.`, { context: { kind: String(provider) } });
  const local = typed(layers, "local.basePath");
  if (local) {
    const base = local.origin.kind === OriginKind.CONFIG_FILE ? layers.home.value : layers.cwd;
    return { value: { kind: "LOCAL", path: path3.resolve(base, String(local.value)), ...modesOf(layers) }, origin: local.origin };
  }
  const found = variable(layers, ["NEONPRO_REPOSITORY", "BACKUP_LOCAL_PATH"]);
  if (!found) return byDefault({ kind: "LOCAL", path: path3.join(layers.home.value, "backups") });
  const location = found.origin.name === "NEONPRO_REPOSITORY" ? locationOf(found.value, layers.cwd) : { kind: "LOCAL", path: path3.resolve(layers.cwd, found.value) };
  return { value: location, origin: found.origin };
}
function modesOf(layers) {
  const mode = (option) => {
    const text = typed(layers, option)?.value;
    return typeof text === "string" ? Number.parseInt(text, 8) : void 0;
  };
  const [fileMode, directoryMode] = [mode("local.fileMode"), mode("local.directoryMode")];
  return { ...fileMode !== void 0 && { fileMode }, ...directoryMode !== void 0 && { directoryMode } };
}
function locationOf(text, cwd) {
  if (/^file:(?!\/)/i.test(text)) return parseLocation(`file:${path3.join(cwd, text.slice(5))}`);
  return parseLocation(/^[a-z][a-z0-9+.-]*:\/\/|^file:/i.test(text) ? text : path3.resolve(cwd, text));
}
function databaseOf(layers) {
  const found = typed(layers, "databaseUrl") ?? variable(layers, ["DATABASE_URL"]);
  if (!found) return byDefault(void 0);
  return { value: checkedUrl("DATABASE_URL", found, ["postgres:", "postgresql:"]), origin: found.origin };
}
function optionsOf(layers, keep2) {
  const group = (prefix) => {
    const names = Object.keys(SYSTEM_OPTIONS).filter((option) => option.startsWith(`${prefix}.`) && !option.includes("[]"));
    return Object.fromEntries(names.flatMap((option) => {
      const each = typed(layers, option);
      if (!each) show(option);
      return each ? [[option.slice(prefix.length + 1), keep2(option, each)]] : [];
    }));
  };
  const show = (option) => {
    const { default: text } = SYSTEM_OPTIONS[option];
    if (text !== "\u2014") keep2(option, byDefault(text));
  };
  const retention = typed(layers, "retention");
  if (!retention) show("retention");
  return {
    scheduler: keep2("scheduler", typed(layers, "scheduler") ?? byDefault(true)),
    logger: group("logger"),
    defaults: { performance: group("performance"), filters: group("filters"), alertConfig: group("alertConfig"), ...retention && { retention: keep2("retention", retention) } }
  };
}
function channelsOf(layers) {
  const url = (name, protocols) => {
    const each = variable(layers, [name]);
    return each && checkedUrl(name, each, protocols);
  };
  const smtpUrl = url("SMTP_URL", ["smtp:", "smtps:"]);
  const webhookUrl = url("WEBHOOK_URL", ["http:", "https:"]);
  const healthcheckUrl = url("HEALTHCHECK_URL", ["http:", "https:"]);
  const webhookSecret = variable(layers, ["WEBHOOK_SECRET"])?.value;
  const allowPrivate = variable(layers, ["WEBHOOK_ALLOW_PRIVATE"])?.value;
  if (allowPrivate !== void 0 && !["0", "1"].includes(allowPrivate)) throw invalidVariable("WEBHOOK_ALLOW_PRIVATE", "it can not be used");
  const emailFrom = addressesOf(layers, "ALERT_EMAIL_FROM")?.[0];
  const emailTo = addressesOf(layers, "ALERT_EMAIL_TO");
  return {
    ...smtpUrl !== void 0 && { smtpUrl },
    ...emailFrom !== void 0 && { emailFrom },
    ...emailTo && { emailTo },
    ...webhookUrl !== void 0 && { webhookUrl },
    ...webhookSecret !== void 0 && { webhookSecret },
    ...allowPrivate === "1" && { webhookAllowPrivate: true },
    ...healthcheckUrl !== void 0 && { healthcheckUrl }
  };
}
function addressesOf(layers, name) {
  const each = variable(layers, [name]);
  if (!each) return void 0;
  const addresses = each.value.split(/[,;]/).map((text) => text.trim()).filter((text) => text !== "");
  if (addresses.length === 0 || addresses.some((text) => !/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/.test(text))) throw invalidVariable(name, "it is no list of addresses");
  return addresses;
}
function checkedUrl(name, { value, origin }, protocols) {
  const protocol = /^([a-z]+:)\/\/./i.exec(value)?.[1]?.toLowerCase() ?? "";
  if (!protocols.includes(protocol)) throw invalidVariable(origin.kind === OriginKind.ENVIRONMENT || origin.kind === OriginKind.ENV_FILE ? name : "databaseUrl", "it is no URL of that kind");
  return value;
}
function invalidVariable(name, why) {
  const reference = VARIABLES[name] ?? VARIABLES.DATABASE_URL;
  return new BackupError("CONFIG_INVALID", `${name} is not valid.`, { context: { path: name, why, accepted: reference.accepted?.en } });
}
function keysOf(layers, { keyFile }) {
  const first = keyFile === void 0 ? variable(layers, ["BACKUP_ENCRYPTION_KEY"]) : { value: `file:${keyFile}`, origin: { kind: OriginKind.ARGUMENT, name: "--key-file" } };
  const previous = variable(layers, ["BACKUP_ENCRYPTION_KEY_PREVIOUS"]);
  const earlier = (previous?.value ?? "").split(/[,\n]/).filter((text) => text.trim() !== "");
  const absolute = (text) => text.trim().startsWith("file:") ? `file:${path3.resolve(layers.cwd, text.trim().slice(5))}` : text;
  return [
    ...first ? [{ text: absolute(first.value), source: first.origin.name, origin: first.origin }] : [],
    ...earlier.map((text) => ({ text: absolute(text), source: "BACKUP_ENCRYPTION_KEY_PREVIOUS", origin: previous.origin }))
  ];
}
function localeOfLayers(layers) {
  return localeOf({ ...layers.env, LANG: variable(layers, ["LANG"])?.value });
}
function variableEntry(layers, name) {
  const each = variable(layers, [name]);
  if (!each) return { name, value: null, origin: { kind: OriginKind.DEFAULT } };
  const { secret } = VARIABLES[name];
  return { name, value: secret === void 0 ? each.value : SHOWN[secret](each.value), origin: each.origin };
}
var SHOWN = { all: () => REDACTED, url: redactUrl, host: redactPath };
function secretsOf(layers, databaseUrl) {
  const secrets = variableNames().flatMap((name) => {
    const { secret } = VARIABLES[name];
    const value = secret === void 0 ? void 0 : variable(layers, [name])?.value;
    if (value === void 0) return [];
    if (name.startsWith("BACKUP_ENCRYPTION_KEY")) return value.split(/[,\n]/).map((text) => text.trim()).filter((text) => !text.startsWith("file:")).flatMap((text) => [text, text.replace(/^(base64|hex|passphrase):/, "")]);
    return secret === "url" ? passwordsOf(value) : [value];
  });
  return [.../* @__PURE__ */ new Set([...secrets, ...databaseUrl === void 0 ? [] : passwordsOf(databaseUrl)])];
}
function warningsOf(layers, facts) {
  const examples = placeholders(layers);
  return [
    ...examples.length > 0 ? [warningOf("PLACEHOLDER_IGNORED", facts.locale, { variable: examples.join(", ") })] : [],
    ...variable(layers, ["SUPABASE_URL"]) && !facts.hasDatabase ? [warningOf("SUPABASE_TABLES_EMPTY", facts.locale)] : []
  ];
}
function guarded(values, origins) {
  const shown = () => Object.fromEntries(origins.map(({ name, value }) => [name, value]));
  return Object.defineProperties({ ...values }, { toJSON: { value: shown }, [inspect.custom]: { value: shown } });
}

export {
  configInputSchema,
  configPatchSchema,
  effectiveSettings,
  parseOptions,
  invalidOption,
  CALLS,
  parseCall,
  warningOf,
  OriginKind,
  readKeys,
  resolveSettings
};
