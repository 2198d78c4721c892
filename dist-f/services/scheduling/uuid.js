/** What a caller gives as an id is a text; the database takes UUIDs alone. */
export function isUuid(text) {
    return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
