/** What the system goes by: argument, config.json, environment, .env, defaults; and its keys. */
export { type ReadKeys, readKeys } from './keys.ts'
export { type Env, type Origin, OriginKind } from './layers.ts'
export {
  type OriginEntry,
  resolveSettings,
  type Settings,
  type SettingsInput,
  type SettingsValues,
} from './settings.ts'
export { fileOfKey, readSettled, requireRemembered, settleRepository, writeSettled } from './settled.ts'
