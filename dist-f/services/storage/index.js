/** Files of the application, below `user/` of the repository. */
export { download } from "./download-file.js";
export { exists, list, remove } from "./stored-files.js";
export { upload } from "./upload-file.js";
