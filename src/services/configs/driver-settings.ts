/** The settings of a driver, as a caller names them. Pure. */
import { z } from 'zod'
import { CONFIG_OPTIONS, type DriverSource, parseOptions } from '../../contracts/system/index.ts'
import { type DriverSettings, labelOf, type SourceDriver, type Sources } from '../../sources/index.ts'

/** Throws CONFIG_INVALID naming the member as `at.NAME`; what is secret is never repeated. */
export function parseDriverSettings(driver: SourceDriver, given: object, at = 'source'): DriverSettings {
  const settings = Object.entries(driver.texts).map(([name, text]) => [`${at}.${name}`, text] as const)
  const options = { [at]: CONFIG_OPTIONS.source, ...Object.fromEntries(settings) }
  const schema = z.strictObject({ [at]: driver.settings(z) })
  return parseOptions(schema, { [at]: given }, { options, secrets: driver.secrets })[at] as DriverSettings
}

/** As it is stored and shown. */
export function driverSource(sources: Sources, kind: string, settings: DriverSettings): DriverSource {
  return { kind, label: labelOf(sources, kind, settings), settings: sources.parted(kind, settings).shown }
}
