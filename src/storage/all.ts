/** Every storage provider there is: one line each. */
export { local } from './providers/local.ts'
