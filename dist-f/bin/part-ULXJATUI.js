import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
