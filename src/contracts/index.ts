export { COLUMN_COUNT, Column, EntryColumns, FileType, fileTypeOf, STORED_COLUMNS, type StoredColumn } from './entry-columns.ts'
