export {
  type AuditEvent,
  type AuditLog,
  AuditResult,
  type ChannelSettings,
  type RepositoryAccess,
  type SecretSeal,
  type SystemParts,
  type WorkerIdentity,
} from './parts.ts'
