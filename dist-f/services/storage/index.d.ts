/** Files of the application, below `user/` of the repository. */
export { download } from './download-file.ts';
export { exists, list, remove } from './stored-files.ts';
export { upload, type UploadCall, type UploadedFile } from './upload-file.ts';
