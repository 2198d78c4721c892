export { AuditResult, type AuditEvent, type AuditLog, type ChannelSettings, type RepositoryAccess, type SecretSeal, type SystemParts, type WorkerIdentity } from './parts.ts';
