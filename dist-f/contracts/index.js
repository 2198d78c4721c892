export { COLUMN_COUNT, Column, EntryColumns, FileType, fileTypeOf, STORED_COLUMNS } from "./entry-columns.js";
export { ERROR_CATALOG } from "./error-catalog.js";
export { errorText, failureOf, fill, localeOf } from "./failure.js";
export { phrase } from "./phrases.js";
export { calendarOf, decideRetention, parsePattern } from "./retention.js";
