import { ERROR_CATALOG } from "../contracts/index.js";
import { CALLS, parseCall, warningOf } from "../contracts/system/index.js";
import { BackupError } from "../kernel/backup-error.js";
import { AuditResult } from "../services/index.js";
import { attempt } from "./boundary.js";
const CLIENT_ERRORS_BELOW = 500;
/** What they write is kept or sent out: in the language of the system. */
const READ_BY_OTHERS = new Set(['monitor.createAlert', 'system.rebuild']);
export class LocalTransport {
    #parts;
    #log;
    #handlers;
    #streams;
    constructor(parts, handlers, streams) {
        this.#parts = parts;
        this.#log = parts.log.child('calls');
        this.#handlers = handlers;
        this.#streams = streams;
    }
    call(name, input, context) {
        const { action, about } = CALLS[name];
        const run = async () => {
            const parsed = parseCall(name, withoutUndefined(input));
            return this.#handlers[name](this.#partsFor(name, context), parsed, { by: context.caller.actor, signal: context.signal });
        };
        return this.#told(name, this.#attempt(action === undefined ? run : () => this.#audited(run, { action, resource: about?.(input) ?? action }, context), context));
    }
    /** Whoever asks is answered in his own language. */
    #partsFor(name, { caller }) {
        return READ_BY_OTHERS.has(name) ? this.#parts : { ...this.#parts, locale: caller.locale };
    }
    /** For DEBUG=backup:calls: which calls come, and how they end. */
    async #told(name, answer) {
        const result = await answer;
        this.#log.debug(name, result.success ? { warnings: result.warnings.map(({ code }) => code) } : { failed: result.error.code });
        return result;
    }
    upload(path, body, context) {
        const run = async () => ({ data: await this.#streams.upload(this.#parts, path, body, { by: context.caller.actor, signal: context.signal }) });
        return this.#attempt(() => this.#audited(run, { action: 'storage.upload', resource: `user:${path}` }, context), context);
    }
    download(path, context) {
        const run = async () => ({ data: await this.#streams.download(this.#parts, path, { by: context.caller.actor, signal: context.signal }) });
        return this.#attempt(() => this.#audited(run, { action: 'storage.download', resource: `user:${path}` }, context), context);
    }
    async [Symbol.asyncDispose]() { }
    #attempt(run, context) {
        return attempt(run, { locale: context.caller.locale, log: this.#parts.log });
    }
    /** Success, refusal and failure are all written down. An entry that can't be is a warning of the call, and an error in the log. */
    async #audited(run, act, context) {
        const entry = { ...act, actor: context.caller.actor };
        let answer;
        try {
            answer = await run();
        }
        catch (error) {
            await this.#write({ ...entry, ...outcomeOf(error) }, context);
            throw error;
        }
        const missing = await this.#write({ ...entry, result: AuditResult.SUCCESS }, context);
        return missing === undefined ? answer : { ...answer, warnings: [...(answer.warnings ?? []), missing] };
    }
    async #write(event, { caller }) {
        try {
            await this.#parts.audit.append(event);
            return undefined;
        }
        catch (error) {
            this.#parts.log.error('an act could not be written into the audit log', { action: event.action, resource: event.resource, error });
            return warningOf('AUDIT_NOT_WRITTEN', caller.locale);
        }
    }
}
function outcomeOf(error) {
    const code = error instanceof BackupError ? error.code : 'INTERNAL';
    return { result: ERROR_CATALOG[code].httpStatus < CLIENT_ERRORS_BELOW ? AuditResult.REFUSED : AuditResult.FAILED, details: { code } };
}
/** JSON has no undefined: a member that is undefined is not given. */
function withoutUndefined(input) {
    if (typeof input !== 'object' || input === null || Array.isArray(input))
        return input;
    return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined).map(([name, value]) => [name, withoutUndefined(value)]));
}
