/** Files of the application, below `user/` of the repository. */
export { download } from './download-file.ts'
export { exists, list, remove } from './stored-files.ts'
export { type UploadCall, type UploadedFile, upload } from './upload-file.ts'
