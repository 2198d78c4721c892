/** What each member of a call's input accepts, said when it is refused. A test holds it against the schemas of calls.ts. Loads no zod: repository commands translate phrases too. */
import type { LocalizedText } from '../error-catalog.ts';
/** By the member's path; where calls differ, by `CALL: PATH`. */
export declare const CALL_FORMS: Readonly<Record<"to" | "from" | "message" | "filters" | "path" | "userId" | "runId" | "pagination" | "pagination.limit" | "alertId" | "backupId" | "options" | "options.targetPath" | "options.overwrite" | "requestId" | "reason" | "holdId" | "source" | "until" | "data" | "config" | "patch" | "id" | "configId" | "filters.configId" | "filters.status" | "filters.type" | "filters.from" | "filters.to" | "pagination.page" | "period" | "period.from" | "period.to" | "monitor.createAlert: type" | "severity" | "recover.create: type" | "options.priority" | "options.paths" | "options.paths[]" | "options.at" | "options.verify" | "options.deleteExtra" | "pointId" | "prefix" | "force", LocalizedText>>;
/** The accepted form of a member of a call's input. */
export declare function callForm(call: string, path: string): LocalizedText | undefined;
