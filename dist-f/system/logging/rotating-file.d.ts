export interface RotatingFileOptions {
    readonly directory: string;
    /** A bare name. */
    readonly filename: string;
    readonly bytesMax: number;
    /** Renamed files that stay. */
    readonly keep: number;
    /** Takes lines that can't be written. */
    readonly fallback: (line: string) => void;
    /** Called once when an outage begins. */
    readonly onOutage: (file: string, cause: string) => void;
    /** After an outage the file is tried again when so much time has gone; default 1,000. */
    readonly retryMs?: number;
}
export declare class RotatingFile implements Disposable {
    #private;
    readonly path: string;
    constructor(options: RotatingFileOptions);
    /** One or more whole lines. */
    write(line: string): void;
    [Symbol.dispose](): void;
}
