import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  decimal,
  formatBytes
} from "./part-TXJRMGFN.js";
import "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
import "./part-AUIKQE6Q.js";
import {
  monotonicNs
} from "./part-KY2D2ADW.js";
import "./part-KOWYFHTZ.js";
import "./part-ZH4JMW4G.js";

// src/cli/commands/quickstart.ts
import fs4 from "node:fs";
import path3 from "node:path";

// src/cli/quickstart/proof.ts
import { spawnSync } from "node:child_process";
import { randomBytes as randomBytes2 } from "node:crypto";
import fs3 from "node:fs";
import os from "node:os";
import path2 from "node:path";

// src/cli/quickstart/sample.ts
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
var MIB = 1024 * 1024;
var COPY_BYTES_MAX = 64 * MIB;
var COPY_FILES_MAX = 2e3;
function writeSample(folder) {
  fs.mkdirSync(path.join(folder, "prontuarios"), { recursive: true });
  for (let i = 0; i < 200; i += 1) fs.writeFileSync(path.join(folder, `prontuarios/paciente-${i}.txt`), `paciente ${i}
${"consulta; exame; receita\n".repeat(20 + i % 50)}`);
  fs.writeFileSync(path.join(folder, "imagem.dcm"), randomBytes(8 * MIB));
}
function boundedCopy(from, to) {
  let bytes = 0;
  let files = 0;
  for (const file of filesBelow(from)) {
    if (files >= COPY_FILES_MAX || bytes >= COPY_BYTES_MAX) return;
    const { size } = fs.statSync(file, { throwIfNoEntry: false }) ?? { size: Number.POSITIVE_INFINITY };
    if (bytes + size > COPY_BYTES_MAX) continue;
    const target = path.join(to, path.relative(from, file));
    try {
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.copyFileSync(file, target);
    } catch {
      continue;
    }
    files += 1;
    bytes += size;
  }
}
function changeState(folder) {
  const files = [...filesBelow(folder)];
  for (let i = files.length; i < 2; i += 1) {
    const file = path.join(folder, `neonpro-${i}.txt`);
    fs.writeFileSync(file, `${i}
`);
    files.push(file);
  }
  fs.chmodSync(files[0], 384);
  fs.appendFileSync(files[0], "alterado\n");
  fs.rmSync(files[1]);
  fs.writeFileSync(path.join(folder, "neonpro-novo.txt"), "novo\n");
}
function* filesBelow(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name < b.name ? -1 : 1)) {
    const file = path.join(folder, entry.name);
    if (entry.isFile()) yield file;
    else if (entry.isDirectory()) {
      try {
        yield* filesBelow(file);
      } catch {
      }
    }
  }
}

// src/cli/quickstart/tree-walk.ts
import { createHash } from "node:crypto";
import fs2 from "node:fs";
var UNREADABLE = "unreadable";
var PIECE_BYTES = 1024 * 1024;
var SLASH = Buffer.from("/");
function walkTree(folder) {
  const found = /* @__PURE__ */ new Map();
  const visit = (directory, prefix) => {
    for (const name of fs2.readdirSync(directory, { encoding: "buffer" })) {
      const file = Buffer.concat([directory, SLASH, name]);
      const at = `${prefix}${name.toString("latin1")}`;
      const stat = fs2.lstatSync(file, { bigint: true, throwIfNoEntry: false });
      if (!stat) continue;
      try {
        const content = stat.isFile() ? sha256(file) : stat.isSymbolicLink() ? fs2.readlinkSync(file, "latin1") : "";
        found.set(at, `${stat.mode.toString(8)} ${stat.mtimeNs} ${content}`);
        if (stat.isDirectory()) visit(file, `${at}/`);
      } catch (error) {
        const { code } = error;
        if (code !== "EACCES" && code !== "EPERM" && code !== "ENOENT") throw error;
        if (code === "ENOENT") found.delete(at);
        else found.set(at, UNREADABLE);
      }
    }
  };
  visit(Buffer.from(folder), "");
  return found;
}
function sha256(file) {
  const hash = createHash("sha256");
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  const descriptor = fs2.openSync(file, "r");
  try {
    for (let bytes = fs2.readSync(descriptor, piece); bytes > 0; bytes = fs2.readSync(descriptor, piece)) hash.update(piece.subarray(0, bytes));
    return hash.digest("hex");
  } finally {
    fs2.closeSync(descriptor);
  }
}

// src/cli/quickstart/proof.ts
var MIB2 = 1024 * 1024;
var Mismatch = class extends Error {
};
function prove(prover, folder) {
  const run2 = new ProofRun(prover, placesFor(prover.words, folder));
  return run2.prove(folder !== void 0);
}
function demand(condition, sentence) {
  if (!condition) throw new Mismatch(sentence());
}
function isBelow(folder, file) {
  return `${file}/`.startsWith(folder === "/" ? "/" : `${folder}/`);
}
function placesFor(words, folder) {
  if (folder !== void 0) demand(fs3.statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true, () => words(`${folder} is no folder`, `${folder} n\xE3o \xE9 uma pasta`));
  const source = folder === void 0 ? void 0 : fs3.realpathSync(folder);
  const keyFolder = path2.join(os.homedir(), ".neonpro-quickstart");
  const temporary = fs3.realpathSync(os.tmpdir());
  for (const place of [temporary, keyFolder]) demand(source === void 0 || !isBelow(source, place), () => words(`${place} lies in ${source}, where nothing is written: choose a smaller folder`, `${place} fica em ${source}, onde nada \xE9 gravado: escolha uma pasta menor`));
  const base = fs3.mkdtempSync(path2.join(temporary, "neonpro-quickstart-"));
  return { base, key: path2.join(keyFolder, `key-${path2.basename(base).split("-").at(-1)}`), repository: path2.join(base, "repository"), source: source ?? path2.join(base, "data") };
}
var ProofRun = class {
  #prover;
  #places;
  #words;
  constructor(prover, places) {
    this.#prover = prover;
    this.#places = places;
    this.#words = prover.words;
  }
  prove(isGiven) {
    const { base, repository, source, key } = this.#places;
    if (!isGiven) writeSample(source);
    this.#must(["key", "generate", key], base);
    this.#must(["init", "--repo", repository], base);
    const first = this.#backup(source, "first");
    const second = this.#backup(this.#secondFolder(isGiven), "second");
    const restoreRates = [this.#restore(first), this.#restore(second)];
    const damagedPath = this.#findDamage();
    this.#refuseWrongKey();
    const fingerprint = String(this.#must(["key", "list", "--repo", repository], base).json["fingerprint"]);
    for (const name of fs3.readdirSync(base)) if (/^(restored-|fresh-home-|damaged-copy|wrong\.key)/.test(name)) fs3.rmSync(path2.join(base, name), { recursive: true });
    return { places: this.#places, first, second, restoreRates, damagedPath, fingerprint };
  }
  /** A folder that was given is never written to: its second state is made in a copy. */
  #secondFolder(isGiven) {
    const folder = isGiven ? path2.join(this.#places.base, "copy") : this.#places.source;
    fs3.mkdirSync(folder, { recursive: true });
    if (isGiven) boundedCopy(this.#places.source, folder);
    changeState(folder);
    return folder;
  }
  /** Runs the command line in a process of its own. */
  #run(args, options) {
    const started = monotonicNs();
    const env = { PATH: this.#prover.env["PATH"] ?? "", HOME: options.home, BACKUP_ENCRYPTION_KEY: `file:${options.key ?? this.#places.key}` };
    const { status, stdout } = spawnSync(process.execPath, [this.#prover.cli, ...args, "--json", "--quiet"], { env, encoding: "utf8", maxBuffer: 1024 * MIB2 });
    const last = stdout.trim().split("\n").at(-1) ?? "";
    return { status: status ?? 1, json: last.startsWith("{") ? JSON.parse(last) : {}, seconds: Number(monotonicNs() - started) / 1e9 };
  }
  #must(args, home, allowed = [0]) {
    const answer = this.#run(args, { home });
    const error = answer.json["error"];
    demand(allowed.includes(answer.status), () => `${args[0]}: ${answer.status} ${error?.message ?? JSON.stringify(answer.json).slice(0, 300)}`);
    return answer;
  }
  /** A home that has never seen the repository: the process knows nothing but repository and key. */
  #freshHome() {
    return fs3.mkdtempSync(path2.join(this.#places.base, "fresh-home-"));
  }
  #backup(source, name) {
    const before = walkTree(source);
    const { json, seconds } = this.#must(["backup", source, "--source", "quickstart", "--repo", this.#places.repository], this.#places.base, [0, 3]);
    const after = walkTree(source);
    const expected = new Map([...after].filter(([file, facts]) => before.get(file) === facts && facts !== UNREADABLE));
    const unreadable = [...after.values()].filter((facts) => facts === UNREADABLE).length;
    const skipped = Number(json["skippedCount"] ?? 0);
    demand(unreadable <= skipped, () => this.#words(`${unreadable} items can not be read, but the backup names only ${skipped}`, `${unreadable} itens n\xE3o podem ser lidos, mas o backup s\xF3 cita ${skipped}`));
    return { name, snapshot: String(json["snapshot"]), source, expected, bytesRead: Number(json["bytesProcessed"]), bytesStored: Number(json["bytesStored"]), seconds, skipped, moving: after.size - expected.size - unreadable };
  }
  #restore(state) {
    const target = path2.join(this.#places.base, `restored-${state.name}`);
    const { json, seconds } = this.#must(["restore", `${state.snapshot}:${state.source}`, "--repo", this.#places.repository, "--target", target, "--verify"], this.#freshHome());
    const found = walkTree(target);
    const wrong = [...state.expected].find(([file, facts]) => found.get(file) !== facts);
    demand(!wrong, () => this.#words(`"${wrong[0]}" of the ${state.name} state came back as ${found.get(wrong[0]) ?? "nothing"} instead of ${wrong[1]}`, `"${wrong[0]}" voltou como ${found.get(wrong[0]) ?? "nada"} em vez de ${wrong[1]}`));
    const extra = state.moving + state.skipped > 0 ? void 0 : [...found.keys()].find((file) => !state.expected.has(file));
    demand(extra === void 0, () => this.#words(`"${extra}" came back but was not in the ${state.name} state`, `"${extra}" voltou, mas n\xE3o estava na origem`));
    return Number(json["bytesRestored"]) / MIB2 / seconds;
  }
  /** Flips one bit in the middle of the largest pack of a copy. Returns the path that the check named. */
  #findDamage() {
    const copy = path2.join(this.#places.base, "damaged-copy");
    fs3.cpSync(this.#places.repository, copy, { recursive: true });
    const packs = fs3.readdirSync(path2.join(copy, "packs"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => path2.join(entry.parentPath, entry.name));
    const descriptor = fs3.openSync(packs.sort((a, b) => fs3.statSync(b).size - fs3.statSync(a).size)[0], "r+");
    const at = Math.floor(fs3.fstatSync(descriptor).size / 2);
    const byte = Buffer.alloc(1);
    fs3.readSync(descriptor, byte, 0, 1, at);
    fs3.writeSync(descriptor, Buffer.from([byte[0] ^ 1]), 0, 1, at);
    fs3.closeSync(descriptor);
    const { status, json } = this.#run(["verify", "--read-data=all", "--repo", copy], { home: this.#freshHome() });
    const named = json["hits"]?.[0]?.paths[0];
    demand(status === 1 && named !== void 0, () => this.#words("a flipped bit was not found", "um bit trocado n\xE3o foi encontrado"));
    return named;
  }
  #refuseWrongKey() {
    const key = path2.join(this.#places.base, "wrong.key");
    fs3.writeFileSync(key, `base64:${randomBytes2(32).toString("base64")}`, { mode: 384 });
    const { status } = this.#run(["snapshots", "--repo", this.#places.repository], { home: this.#places.base, key });
    demand(status === 12, () => this.#words(`a wrong key ended with ${status} instead of 12`, `uma chave errada terminou com ${status} em vez de 12`));
  }
};

// src/cli/commands/quickstart.ts
var MIB3 = 1024 * 1024;
function run(context) {
  const words = (en, pt) => context.locale === "pt-BR" ? pt : en;
  const cli = process.argv[1];
  try {
    const proof = prove({ cli, env: context.env, words }, context.args[0]);
    for (const line of [...report(proof, words), ...next(proof.places, { cli, words })]) context.say(line);
    return Promise.resolve({ json: jsonOf(proof) });
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    context.say(words(`NOT PROVEN: ${error.message}`, `N\xC3O PROVADO: ${error.message}`));
    return Promise.resolve({ json: { proven: false, why: error.message }, exitCode: 1 });
  }
}
function jsonOf({ places, first, second, restoreRates, damagedPath, fingerprint }) {
  const stateOf = ({ snapshot, expected, bytesRead, bytesStored, seconds, skipped, moving }) => ({ snapshot, items: expected.size, bytesRead, bytesStored, seconds, skipped, moving });
  return { proven: true, repository: places.repository, keyFile: places.key, fingerprint, states: [stateOf(first), stateOf(second)], restoreMibPerSecond: restoreRates, damagedPath };
}
function rate(mibPerSecond) {
  return mibPerSecond < 10 ? decimal(mibPerSecond) : mibPerSecond.toFixed(0);
}
function report({ places, first, second, restoreRates, damagedPath, fingerprint }, words) {
  const [read, firstStored, secondStored] = [first.bytesRead, first.bytesStored, second.bytesStored].map((bytes) => formatBytes(bytes));
  const backupRate = rate(first.bytesRead / MIB3 / first.seconds);
  const restores = restoreRates.map(rate).join(words(" and ", " e "));
  return [
    words("NeonPro Backup: first backup and proof", "NeonPro Backup: primeiro backup e prova"),
    words(`  key file         ${places.key} (fingerprint ${fingerprint})`, `  arquivo da chave ${places.key} (impress\xE3o ${fingerprint})`),
    words(`  repository       ${places.repository}`, `  reposit\xF3rio      ${places.repository}`),
    words(`  first backup     ${first.expected.size} items, ${read} read, ${firstStored} stored, ${backupRate} MiB/s with start-up`, `  primeiro backup  ${first.expected.size} itens, ${read} lidos, ${firstStored} gravados, ${backupRate} MiB/s com a partida`),
    words(`  second backup    one file changed, one deleted, one added: ${secondStored} stored`, `  segundo backup   um arquivo alterado, um apagado, um novo: ${secondStored} gravados`),
    words(`  restore          both states, ${restores} MiB/s with start-up and read-back`, `  restaura\xE7\xE3o      os dois estados, ${restores} MiB/s com a partida e a releitura`),
    words("PROVEN", "PROVADO"),
    words("  both states restored by fresh processes with repository and key alone,", "  os dois estados restaurados por processos novos, s\xF3 com reposit\xF3rio e chave,"),
    words(`  equal by SHA-256, mode and mtime to the source: ${first.expected.size} and ${second.expected.size} items`, `  iguais \xE0 origem em SHA-256, modo e data: ${first.expected.size} e ${second.expected.size} itens`),
    words(`  one flipped bit in a copy: found, and named (${damagedPath})`, `  um bit trocado em uma c\xF3pia: encontrado e nomeado (${damagedPath})`),
    words("  a wrong key: refused (exit code 12)", "  uma chave errada: recusada (c\xF3digo de sa\xEDda 12)"),
    words("NOT YET", "AINDA N\xC3O"),
    ...first.skipped > 0 ? [words(`  ${first.skipped} items that this user can not read are not in the backup ("skipped" names them)`, `  ${first.skipped} itens que este usu\xE1rio n\xE3o pode ler n\xE3o est\xE3o no backup ("skipped" os cita)`)] : [],
    ...first.moving > 0 ? [words(`  ${first.moving} items changed during the run and were not compared`, `  ${first.moving} itens mudaram durante a execu\xE7\xE3o e n\xE3o foram comparados`)] : [],
    words("  a second copy elsewhere, a schedule, an alarm, a copy of the key in a safe place", "  segunda c\xF3pia em outro lugar, agendamento, alarme, c\xF3pia da chave em lugar seguro")
  ];
}
function next({ base, key, repository }, { cli, words }) {
  const bin = path3.resolve(path3.dirname(fs4.realpathSync(cli)), "../../node_modules/.bin");
  const front = fs4.existsSync(path3.join(bin, "node")) ? ` PATH=${quoted(bin)}:"$PATH"` : "";
  return [
    words("NEXT (paste)", "A SEGUIR (cole)"),
    `  export BACKUP_ENCRYPTION_KEY=${quoted(`file:${key}`)} NEONPRO_REPOSITORY=${quoted(repository)}${front}`,
    ...["snapshots", `restore latest --target ${quoted(path3.join(base, "mine"))} --verify`, "key recovery-kit"].map((args) => `  ${quoted(cli)} ${args}`),
    `  rm -r ${quoted(base)} ${quoted(key)}   # ${words("when you have seen enough", "quando tiver visto o bastante")}`
  ];
}
function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
export {
  run
};
