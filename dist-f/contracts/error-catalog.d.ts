/** One table for every error: exit code, HTTP status, whether trying again helps, and what people are told. `{name}` is filled from the error's context. */
import type { ErrorCode } from '../kernel/error-code.ts';
export interface LocalizedText {
    readonly en: string;
    readonly 'pt-BR': string;
}
export interface ErrorEntry {
    readonly exitCode: number;
    readonly httpStatus: number;
    readonly retry: 'never' | 'now' | 'later';
    readonly message: LocalizedText;
    readonly guidance: LocalizedText;
}
export declare const ERROR_CATALOG: Readonly<Record<ErrorCode, ErrorEntry>>;
