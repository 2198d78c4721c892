/** What a caller may do: verbs of a thing. A call names the one that it takes. */
export const Right = {
  CONFIG_READ: 'config.read',
  CONFIG_WRITE: 'config.write',
  BACKUP_READ: 'backup.read',
  BACKUP_RUN: 'backup.run',
  BACKUP_CANCEL: 'backup.cancel',
  STATUS_READ: 'status.read',
  POINT_READ: 'point.read',
  /** Names of files in a point: data of patients may be in them. */
  POINT_BROWSE: 'point.browse',
  /** Contents of files in a point. */
  POINT_DOWNLOAD: 'point.download',
  POINT_DELETE: 'point.delete',
  POINT_PIN: 'point.pin',
  HOLD_MANAGE: 'hold.manage',
  RECOVERY_REQUEST: 'recovery.request',
  RECOVERY_READ: 'recovery.read',
  RECOVERY_CANCEL: 'recovery.cancel',
  ALERT_CREATE: 'alert.create',
  ALERT_ACKNOWLEDGE: 'alert.ack',
  CHANNEL_TEST: 'channel.test',
  FILE_READ: 'file.read',
  FILE_WRITE: 'file.write',
  REPOSITORY_READ: 'repository.read',
  REPOSITORY_MANAGE: 'repository.manage',
  KEY_READ: 'key.read',
  AUDIT_READ: 'audit.read',
  AUDIT_EXPORT: 'audit.export',
  AUDIT_WRITE: 'audit.write',
  SYSTEM_MANAGE: 'system.manage',
} as const
export type Right = (typeof Right)[keyof typeof Right]

/** Of the account that the system belongs to: its application, its command line. */
export const EVERY_RIGHT: readonly Right[] = Object.values(Right)
