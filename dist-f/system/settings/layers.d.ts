import { type SystemConfig, type SystemConfigInput, type VariableName } from '../../contracts/system/index.ts';
export type Env = Readonly<Record<string, string | undefined>>;
export declare const OriginKind: {
    readonly ARGUMENT: "ARGUMENT";
    readonly CONFIG_FILE: "CONFIG_FILE";
    readonly ENVIRONMENT: "ENVIRONMENT";
    readonly ENV_FILE: "ENV_FILE";
    readonly DEFAULT: "DEFAULT";
};
export type OriginKind = (typeof OriginKind)[keyof typeof OriginKind];
export interface Origin {
    readonly kind: OriginKind;
    /** The option (`--home`), the variable, or the file. */
    readonly name?: string;
    /** The file that a variable stands in. */
    readonly file?: string;
}
export interface Found<T> {
    readonly value: T;
    readonly origin: Origin;
}
export interface Layers {
    readonly argument: SystemConfig;
    readonly configFile: {
        readonly path: string;
        readonly config: SystemConfig;
    };
    readonly env: Env;
    readonly envFile: {
        readonly path: string;
        readonly env: Env;
    };
    readonly cwd: string;
    readonly home: Found<string>;
}
export interface LayersInput {
    readonly argument?: SystemConfigInput;
    /** Absolute. */
    readonly cwd: string;
    readonly env: Env;
    /** Of `--home`. */
    readonly home?: string;
}
/** Reads both files. Throws CONFIG_INVALID naming the file or the path in it. */
export declare function readLayers(input: LayersInput): Layers;
/** The first variable that is set: all names in the environment, then all in `.env`. A placeholder of an example counts as not set. */
export declare function variable(layers: Pick<Layers, 'env' | 'envFile'>, names: readonly VariableName[]): Found<string> | undefined;
/** Of `performance.timeout` and its kind: what the argument or config.json says. */
export declare function typed(layers: Layers, option: string): Found<unknown> | undefined;
/** Variables that hold an example's placeholder. The encryption key is not among them: it is refused by name. */
export declare function placeholders(layers: Layers): VariableName[];
export declare function variableNames(): VariableName[];
