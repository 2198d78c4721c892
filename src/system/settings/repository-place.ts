/** Where the repository is: of all that may name it, the first that does. */
import path from 'node:path'
import { invalidOption } from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import type { Provider, RepositoryLocation, Variables } from '../../storage/index.ts'
import { parseLocation, storage } from '../compose.ts'
import { memberOf, SYSTEM_REFERENCE } from '../system-config.ts'
import { type Found, type Layers, OriginKind, rememberedIn, typed, variable } from './layers.ts'

const URL_VARIABLE = 'NEONPRO_REPOSITORY'

/**
 * `--repo`, the provider's own member of the configuration, NEONPRO_REPOSITORY or the variables of the provider, what
 * the first start settled, HOME/backups. Throws SOURCE_NOT_AVAILABLE for a provider that is not there, CONFIG_INVALID
 * for one without a place, and where NEONPRO_REPOSITORY names another one's.
 */
export function repositoryOf(layers: Layers, repository: string | undefined): Found<RepositoryLocation> {
  if (repository !== undefined)
    return { value: locationIn(layers, repository), origin: { kind: OriginKind.ARGUMENT, name: '--repo' } }
  const chosen = typed(layers, 'provider')
  const provider = chosen ? storage.providerOf(String(chosen.value)) : storage.ofPaths
  const found = typedPlace(layers, provider) ?? variablePlace(layers, provider)
  if (found) {
    if (chosen && found.value.kind !== provider.kind) throw otherProvider(found.value.kind)
    return found
  }
  const settled = layers.settled && locationIn(layers, layers.settled.repository)
  if (settled && (!chosen || settled.kind === provider.kind))
    return { value: settled, origin: rememberedIn(layers.home.value) }
  const fallback = provider.fromPath?.(path.join(layers.home.value, 'backups'))
  if (!fallback) throw invalidOption(memberOf(provider), 'it is missing', { options: SYSTEM_REFERENCE })
  // Another provider than the remembered one is no default: somebody chose it.
  const origin = settled && chosen ? chosen.origin : { kind: OriginKind.DEFAULT }
  return { value: storage.locationOf(provider, fallback, layers.home.value), origin }
}

/** Of a path or URL. A relative path is one of the layers' folder, which need not be the process's own. */
export function locationIn(layers: Layers, text: string): RepositoryLocation {
  const env = Object.assign({}, ...storage.providers.map((each) => variablesOf(layers, each))) as Variables
  return parseLocation(text, { folder: layers.cwd, env })
}

/** A relative path in config.json is one of HOME; the argument's settings come before that file's, one by one. */
function typedPlace(layers: Layers, provider: Provider): Found<RepositoryLocation> | undefined {
  const member = memberOf(provider)
  const found = typed(layers, member)
  if (!found) return undefined
  const { argument, configFile } = layers
  const [given, inFile] = [argument, configFile.config].map(
    (config) => (config as Readonly<Record<string, object | undefined>>)[member],
  )
  const value = {
    ...(inFile && storage.locationOf(provider, inFile, layers.home.value)),
    ...(given && storage.locationOf(provider, given, layers.cwd)),
  } as RepositoryLocation
  const { placeName, file } = { placeName: Object.keys(provider.texts)[0], file: found.origin.file }
  return {
    value,
    origin: { kind: found.origin.kind, name: `${member}.${placeName}`, ...(file !== undefined && { file }) },
  }
}

function variablePlace(layers: Layers, provider: Provider): Found<RepositoryLocation> | undefined {
  const found = variable(layers, [URL_VARIABLE, provider.placeVariable])
  if (!found) return undefined
  if (found.origin.name === URL_VARIABLE) return { value: locationIn(layers, found.value), origin: found.origin }
  const settings = provider.fromEnv(variablesOf(layers, provider))
  return settings && { value: storage.locationOf(provider, settings, layers.cwd), origin: found.origin }
}

function variablesOf(layers: Layers, { variables }: Provider): Variables {
  return Object.fromEntries(
    Object.keys(variables).flatMap((name) => {
      const found = variable(layers, [name])
      return found ? [[name, found.value]] : []
    }),
  )
}

function otherProvider(kind: string): BackupError {
  return new BackupError('CONFIG_INVALID', `provider is not that of ${URL_VARIABLE}.`, {
    context: { path: 'provider', why: `it says something else than ${URL_VARIABLE}`, accepted: kind },
  })
}
