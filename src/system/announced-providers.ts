/**
 * Providers whose names the public contract has and whose descriptor is not here yet. What one has of its own counts
 * from then on, and its entry here goes.
 */
import type { StorageProvider } from '../contracts/system/index.ts'
import type { Provider } from '../storage/index.ts'

export type Announced = Pick<Provider<object>, 'variables' | 'ambient'> & { readonly kind: StorageProvider }

const CREDENTIAL = { default: 'none', secret: 'all' } as const
const PLACE = { default: 'none' } as const
const meaning = (kind: StorageProvider) => `For provider ${kind}, when it is there.`

export const ANNOUNCED: readonly Announced[] = [
  {
    kind: 'S3',
    variables: {
      AWS_ACCESS_KEY_ID: { ...CREDENTIAL, meaning: meaning('S3') },
      AWS_SECRET_ACCESS_KEY: { ...CREDENTIAL, meaning: meaning('S3') },
      AWS_REGION: { ...PLACE, meaning: meaning('S3') },
      AWS_S3_BUCKET: { ...PLACE, meaning: meaning('S3') },
    },
    ambient: ['AWS_'],
  },
  {
    kind: 'GCS',
    variables: {
      GOOGLE_CLOUD_PROJECT_ID: { ...PLACE, meaning: meaning('GCS') },
      GOOGLE_CLOUD_BUCKET: { ...PLACE, meaning: meaning('GCS') },
      GOOGLE_APPLICATION_CREDENTIALS: { ...PLACE, meaning: meaning('GCS') },
    },
    ambient: ['GOOGLE_', 'CLOUDSDK_', 'GCLOUD_'],
  },
  {
    kind: 'AZURE',
    variables: {
      AZURE_STORAGE_ACCOUNT: { ...PLACE, meaning: meaning('AZURE') },
      AZURE_STORAGE_KEY: { ...CREDENTIAL, meaning: meaning('AZURE') },
      AZURE_CONTAINER: { ...PLACE, meaning: meaning('AZURE') },
    },
    ambient: ['AZURE_'],
  },
]
