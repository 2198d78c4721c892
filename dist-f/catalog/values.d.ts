/** For `pg`: its `types` option. */
export declare const PG_TYPES: {
    getTypeParser: (oid: number) => ((text: string) => unknown);
};
/** For PGlite: its `parsers` option. */
export declare const PGLITE_PARSERS: Readonly<Record<number, (text: string) => unknown>>;
/** For PGlite: its `serializers` option; `pg` knows Buffers by itself. */
export declare const PGLITE_SERIALIZERS: Readonly<Record<number, (value: Uint8Array) => string>>;
