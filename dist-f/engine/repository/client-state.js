/**
 * What this machine remembers of a repository between runs: who it writes as, and the heads it has seen, so that a store can't show it the past.
 * One writer identity serves one process at a time: a second process takes another.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { systemCode } from "../../kernel/backup-error.js";
import { makeDirectories } from "../../kernel/directories.js";
import { bootId, isProcessAlive, processStart } from "../../kernel/machine.js";
const WRITERS_MAX = 64;
export class ClientState {
    #directory;
    /** `directory` is the machine's state folder; one folder a repository is made in it. */
    constructor(directory, repositoryId) {
        this.#directory = path.join(directory, Buffer.from(repositoryId).toString('hex'));
    }
    /** The heads seen so far; undefined on a machine that has not met this repository. */
    heads() {
        try {
            return JSON.parse(fs.readFileSync(path.join(this.#directory, 'heads.json'), 'utf8'));
        }
        catch {
            return undefined;
        }
    }
    /** Remembers heads; never lowers one. Failing to is no reason to fail a backup. */
    remember(heads) {
        const known = this.heads();
        const merged = {
            keyGeneration: Math.max(heads.keyGeneration, known?.keyGeneration ?? 0), deleteGeneration: Math.max(heads.deleteGeneration, known?.deleteGeneration ?? 0),
            writers: highest(known?.writers, heads.writers), records: highest(known?.records, heads.records),
        };
        const text = JSON.stringify(merged);
        if (text === JSON.stringify(known))
            return;
        try {
            this.#writeFile('heads.json', text);
        }
        catch {
            // A read-only home: rollback is then only found through what snapshots say of each other.
        }
    }
    /** Claims a writer identity until it is disposed of. Where the state folder can't be written, a fresh one. */
    claimWriter() {
        for (let number = 0; number < WRITERS_MAX; number += 1) {
            const lock = path.join(this.#directory, `writer-${number}.lock`);
            const taken = this.#lock(lock);
            if (taken === 'unwritable')
                break;
            if (taken === 'taken')
                continue;
            return { id: this.#writerId(number), [Symbol.dispose]: () => fs.rmSync(lock, { force: true }) };
        }
        return { id: randomBytes(16), [Symbol.dispose]: () => { } };
    }
    #lock(file) {
        const owner = `${process.pid} ${processStart()} ${bootId()}`;
        for (let attempt = 0; attempt < 2; attempt += 1) {
            try {
                makeDirectories(this.#directory, { mode: 0o700 });
                fs.writeFileSync(file, owner, { flag: 'wx', mode: 0o600 });
                return 'locked';
            }
            catch (error) {
                if (systemCode(error) !== 'EEXIST')
                    return 'unwritable';
                if (isHeld(file))
                    return 'taken';
                fs.rmSync(file, { force: true });
            }
        }
        return 'taken';
    }
    #writerId(number) {
        const file = `writer-${number}.id`;
        try {
            const id = Buffer.from(fs.readFileSync(path.join(this.#directory, file), 'utf8'), 'hex');
            if (id.length === 16)
                return id;
        }
        catch {
            // The first claim of this number.
        }
        const id = randomBytes(16);
        this.#writeFile(file, id.toString('hex'));
        return id;
    }
    #writeFile(name, text) {
        makeDirectories(this.#directory, { mode: 0o700 });
        const temporary = path.join(this.#directory, `.${name}-${process.pid}`);
        fs.writeFileSync(temporary, text, { mode: 0o600, flush: true });
        fs.renameSync(temporary, path.join(this.#directory, name));
    }
}
function highest(a, b) {
    const merged = { ...a };
    for (const [name, value] of Object.entries(b ?? {}))
        merged[name] = Math.max(value, merged[name] ?? 0);
    return merged;
}
function isHeld(lock) {
    try {
        const [pid, start, boot] = fs.readFileSync(lock, 'utf8').split(' ');
        if (boot !== bootId())
            return false;
        const number = Number(pid);
        return number === process.pid || (isProcessAlive(number) && processStart(number) === start);
    }
    catch {
        return false;
    }
}
