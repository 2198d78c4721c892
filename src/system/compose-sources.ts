/**
 * The only place that knows concrete drivers of sources. Apart from the storage providers: what only lists and restores
 * loads none of them.
 */
import * as drivers from '../sources/all.ts'
import { type SourceDriver, Sources } from '../sources/index.ts'

/** Never, as long as no driver is here. */
export type RegisteredSource = (typeof drivers)[keyof typeof drivers]

export const sources = new Sources(Object.values<SourceDriver>(drivers))
