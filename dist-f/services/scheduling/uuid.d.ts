/** What a caller gives as an id is a text; the database takes UUIDs alone. */
export declare function isUuid(text: string): boolean;
