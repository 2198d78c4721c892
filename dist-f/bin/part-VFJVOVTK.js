import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import {
  PROGRAM
} from "./part-BLJLGUST.js";
import {
  formatTime
} from "./part-TXJRMGFN.js";
import "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import {
  kekFingerprint
} from "./part-MHRCNTTW.js";
import "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-E7CUHJHR.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import {
  isoTime,
  nowMs
} from "./part-KY2D2ADW.js";
import {
  BackupError
} from "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/key-recovery-kit.ts
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
async function run(context) {
  var _stack = [];
  try {
    const isWithKey = context.options["withKey"] === true;
    if (isWithKey && context.options["json"] === true) throw new BackupError("USAGE", "--with-key prints the key for paper: it does not go with --json.");
    const opened = __using(_stack, await openRepository(context), true);
    const { keys, config, store } = opened.repository;
    const kek = opened.keyInUse();
    const kit = {
      repository: config.repositoryId,
      location: store.location,
      format: config.version,
      generation: keys.generation,
      madeAt: isoTime(nowMs()),
      program: PROGRAM,
      fingerprint: kekFingerprint(kek, keys.repositoryId),
      recipients: keys.recipients.map(({ id, label, kind }) => ({ id, label, kind, inUse: id === keys.openedBy })),
      rescueSha256: rescueSha256(),
      heads: opened.state.heads() ?? null
    };
    for (const line of textOf(kit, { locale: context.locale, key: isWithKey ? keyText(kek) : void 0 })) context.say(line);
    return { json: kit };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function keyText(kek) {
  return kek.kind === "raw" ? `base64:${kek.key.toString("base64")}` : `passphrase:${kek.text}`;
}
function rescueSha256() {
  try {
    const file = path.join(path.dirname(fs.realpathSync(process.argv[1])), "../neonpro-rescue.mjs");
    return createHash("sha256").update(fs.readFileSync(file)).digest("hex");
  } catch {
    return null;
  }
}
var WORDS = {
  en: {
    title: "RECOVERY KIT",
    withKey: "THIS PAGE HOLDS THE KEY: whoever has it and the repository can read everything. Lock it away.",
    withoutKey: "This page holds no key. Keep the key elsewhere: without it nothing can be read, by anybody.",
    repository: "Repository",
    location: "Location",
    format: "Format",
    fingerprint: "Fingerprint of this key",
    madeAt: "Made at",
    keys: "Keys that open it (* this one):",
    key: "Key",
    tool: "SHA-256 of neonpro-rescue.mjs",
    steps: "To get the data back on any machine:",
    step1: "1. Bring the repository (or a copy of it) and the key. Put the key into a file and close it to others: chmod 600 FILE",
    step2: "2. With the program: neonpro-backup restore latest --target FOLDER --verify --repo LOCATION --key-file FILE",
    step3: "3. Without it, with Node.js >= 22.15 and neonpro-rescue.mjs alone:",
    step3b: "   node neonpro-rescue.mjs restore latest --target FOLDER --repo LOCATION --key-file FILE"
  },
  "pt-BR": {
    title: "KIT DE RECUPERA\xC7\xC3O",
    withKey: "ESTA P\xC1GINA CONT\xC9M A CHAVE: quem a tiver com o reposit\xF3rio l\xEA tudo. Guarde-a num cofre.",
    withoutKey: "Esta p\xE1gina n\xE3o cont\xE9m a chave. Guarde a chave em outro lugar: sem ela ningu\xE9m l\xEA nada.",
    repository: "Reposit\xF3rio",
    location: "Local",
    format: "Formato",
    fingerprint: "Impress\xE3o desta chave",
    madeAt: "Feito em",
    keys: "Chaves que o abrem (* esta):",
    key: "Chave",
    tool: "SHA-256 de neonpro-rescue.mjs",
    steps: "Para trazer os dados de volta em qualquer m\xE1quina:",
    step1: "1. Traga o reposit\xF3rio (ou uma c\xF3pia dele) e a chave. Ponha a chave num arquivo fechado aos outros: chmod 600 ARQUIVO",
    step2: "2. Com o programa: neonpro-backup restore latest --target PASTA --verify --repo LOCAL --key-file ARQUIVO",
    step3: "3. Sem ele, s\xF3 com Node.js >= 22.15 e neonpro-rescue.mjs:",
    step3b: "   node neonpro-rescue.mjs restore latest --target PASTA --repo LOCAL --key-file ARQUIVO"
  }
};
function textOf(kit, { locale, key }) {
  const words = WORDS[locale];
  const facts = [
    [words.repository, kit.repository],
    [words.location, kit.location],
    [words.format, `${kit.format}, ${kit.program}`],
    [words.fingerprint, kit.fingerprint],
    [words.key, key],
    [words.madeAt, formatTime(kit.madeAt)],
    [words.tool, kit.rescueSha256]
  ];
  const holders = kit.recipients.map(({ id, label, kind, inUse }) => `  ${inUse ? "*" : " "} ${id}  ${kind}  ${label}`);
  return [
    words.title,
    key === void 0 ? words.withoutKey : words.withKey,
    "",
    ...facts.flatMap(([name, value]) => value ? [`${name}: ${value}`] : []),
    "",
    words.keys,
    ...holders,
    "",
    words.steps,
    words.step1,
    words.step2,
    words.step3,
    words.step3b
  ];
}
export {
  run
};
