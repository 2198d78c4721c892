/** Backup configurations: what is backed up, when, how long it is kept. */
export { checkNewConfig, createConfig } from './create-config.ts'
export { deleteConfig } from './delete-config.ts'
export { parseDriverSettings } from './driver-settings.ts'
export { effectiveConfig, getConfig, listConfigs } from './list-configs.ts'
export { configInputOf, type ParseDefaults, type ParsedConfig, parseConfigInput } from './parse-config-input.ts'
export type { SavedConfig, SaveOptions } from './save-config.ts'
export { updateConfig } from './update-config.ts'
