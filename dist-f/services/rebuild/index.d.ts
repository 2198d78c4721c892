export { type RebuildOptions, rebuildSystem } from './rebuild-system.ts';
