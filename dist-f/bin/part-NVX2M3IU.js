import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);

// src/kernel/redaction.ts
var REDACTED = "[redacted]";
var SECRET_WORDS = /^(pass|password|passwd|pwd|passphrase|secrets?|tokens?|authorization|cookies?|credentials?|keks?|dsn|wrapped|sealed)$/;
var SECRET_PAIRS = /\b(api|anon|access|account|storage|encryption|private|service|signing) key\b|\b(smtp|webhook|database) url\b|\bconnection string\b|\bkey material\b/;
var DEPTH_MAX = 8;
var MEMBERS_MAX = 200;
var CHARS_MAX = 8e3;
var KNOWN_CHARS_MIN = 6;
function isSecretName(name) {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z0-9]+/);
  return words.some((word) => SECRET_WORDS.test(word)) || SECRET_PAIRS.test(words.join(" "));
}
function redactText(text, options = {}) {
  let safe = text.length > CHARS_MAX ? `${text.slice(0, CHARS_MAX)}\u2026 (${text.length} characters)` : text;
  for (const secret of options.known ?? []) if (secret.length >= KNOWN_CHARS_MIN) safe = safe.replaceAll(secret, REDACTED);
  return safe.replace(/([a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*):[^\s"'<>]*@/gi, `$1:${REDACTED}@`).replace(/\b((?:[a-z_-]*pass(?:word|wd|phrase)|secret|token|api_?key|signature|sig)["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s&,;"'}]+)/gi, `$1${REDACTED}`).replace(/\b(passphrase:)[^\n"']+/gi, `$1${REDACTED}`).replace(/\b((?:base64|hex):)[A-Za-z0-9+/_-]{40,}=*/g, `$1${REDACTED}`).replace(/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/g, `$1 ${REDACTED}`).replace(/AGE-SECRET-KEY-[A-Z0-9]+/gi, REDACTED).replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED);
}
function redactUrl(url) {
  const [, scheme, userInfo = "", host = "", place = ""] = /^([a-z][a-z0-9+.-]*):\/\/(?:(.*)@)?([^/?#@]*)(\/[^?#]*)?/i.exec(url) ?? [];
  if (scheme === void 0) return REDACTED;
  const user = userInfo.split(":")[0];
  return `${scheme}://${user === "" ? "" : `${user}@`}${host}${place === "/" ? "" : place}`;
}
function passwordsOf(url) {
  const written = /^[a-z][a-z0-9+.-]*:\/\/[^:/?#@]*:(.*)@/i.exec(url)?.[1] ?? "";
  if (written === "") return [];
  try {
    return [.../* @__PURE__ */ new Set([written, decodeURIComponent(written)])];
  } catch {
    return [written];
  }
}
function redactPath(url) {
  return URL.canParse(url) ? `${new URL(url).origin}/\u2026` : REDACTED;
}
function redactValue(value, options = {}) {
  return copy(value, { options, seen: /* @__PURE__ */ new Set(), depth: 0 });
}
function copy(value, walk) {
  if (typeof value === "string") return redactText(value, walk.options);
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  if (typeof value === "function") return "[function]";
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (walk.seen.has(value)) return "[circular]";
  if (walk.depth >= DEPTH_MAX) return "[deeper]";
  walk.seen.add(value);
  const inner = { ...walk, depth: walk.depth + 1 };
  const result = value instanceof Error ? errorCopy(value, inner) : Array.isArray(value) ? listCopy(value, inner) : objectCopy(value, inner);
  walk.seen.delete(value);
  return result;
}
function listCopy(list, walk) {
  const copied = list.slice(0, MEMBERS_MAX).map((each) => copy(each, walk));
  return list.length > MEMBERS_MAX ? [...copied, `\u2026 ${list.length - MEMBERS_MAX} more`] : copied;
}
function objectCopy(value, walk) {
  const entries = value instanceof Map ? [...value].map(([name, member]) => [String(name), member]) : value instanceof Set ? [...value].map((member, i) => [String(i), member]) : Object.entries(value);
  return Object.fromEntries(entries.slice(0, MEMBERS_MAX).map(([name, member]) => [name, isSecretName(name) && member !== null && member !== void 0 && typeof member !== "boolean" ? REDACTED : copy(member, walk)]));
}
function errorCopy(error, walk) {
  const { code, context } = error;
  return {
    name: error.name,
    message: redactText(error.message, walk.options),
    ...typeof code === "string" && { code },
    ...typeof context === "object" && context !== null && { context: copy(context, walk) },
    ...error.stack !== void 0 && { stack: redactText(error.stack, walk.options) },
    ...error.cause !== void 0 && { cause: copy(error.cause, walk) }
  };
}

export {
  REDACTED,
  redactText,
  redactUrl,
  passwordsOf,
  redactPath,
  redactValue
};
