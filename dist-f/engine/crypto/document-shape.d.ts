export type Body = Record<string, unknown>;
type Check = (value: unknown) => boolean;
/** Members by name; others are ignored. */
export type Shape = Readonly<Record<string, Check>>;
export declare const isText: (value: unknown) => value is string;
export declare const isFlag: (value: unknown) => value is boolean;
export declare const isCount: (value: unknown) => value is number;
/** Milliseconds; stores give fractions. */
export declare const isTime: (value: unknown) => value is number;
export declare const isHex: (bytes: number) => Check;
export declare const isHexText: (value: unknown) => boolean;
export declare const isList: (each: Check) => Check;
export declare const isObject: (value: unknown) => value is Body;
export declare const isMap: (each: Check) => Check;
export declare const hasShape: (shape: Shape) => Check;
export declare const orNull: (check: Check) => Check;
export declare const optional: (check: Check) => Check;
export declare const one: (...allowed: readonly unknown[]) => Check;
/** Throws DAMAGED naming the first member that is not as it has to be. */
export declare function checked<T>(body: Body, shape: Shape, what: string): T;
export {};
