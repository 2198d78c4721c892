export { createDirectoryScanner } from "./files/directory-scanner.js";
export { compilePattern, createFileFilter, parseIgnoreFile } from "./files/filters.js";
export { createEntryAccess } from "./files/open-entry.js";
export { readOwnerNames } from "./files/owner-names.js";
export { countFiles } from "./files/count-files.js";
