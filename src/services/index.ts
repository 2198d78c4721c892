export {
  type AuditEvent,
  type AuditLog,
  AuditResult,
  type ChannelSettings,
  formerLocation,
  type RepositoryAccess,
  type SecretSeal,
  type SystemParts,
  type WorkerIdentity,
} from './parts.ts'
