/** Every finding of `doctor` and of `service status`: its id means the same for ever, whatever its words. */

/** How a thing stands. */
export const Severity = {
  OK: 'OK',
  /** Not in order, yet nothing fails by it. */
  ADVICE: 'ADVICE',
  /** Something fails by it, or will. */
  MISSING: 'MISSING',
} as const
export type Severity = (typeof Severity)[keyof typeof Severity]

/** What a finding speaks of. */
export const SubjectKind = {
  /** Key of an object in the repository, or a foreign name in it. */
  OBJECT: 'OBJECT',
  /** Whole name of a snapshot. */
  SNAPSHOT: 'SNAPSHOT',
  /** Name of a configuration. */
  CONFIGURATION: 'CONFIGURATION',
  /** Id of a run. */
  RUN: 'RUN',
  /** `email`, `webhook`, `healthcheck`. */
  CHANNEL: 'CHANNEL',
  /** A file or folder of this machine. */
  PATH: 'PATH',
  /** A user of this machine. */
  USER: 'USER',
  /** Code of an error or of a warning. */
  CODE: 'CODE',
} as const
export type SubjectKind = (typeof SubjectKind)[keyof typeof SubjectKind]

/** What each is about; for the reference. */
export const CHECKS = {
  NODE: 'The version of Node.js.',
  ZSTD: 'Compression by zstd.',
  SYSTEM_CALLS: 'Calls of the operating system that Node.js lacks.',
  SETTINGS: 'Whether config.json and the variables can be used.',
  SETTINGS_WARNING: 'What was assumed of a setting. CODE: that of the warning.',
  KEY: 'An encryption key.',
  KEY_APART: 'An encryption key, apart from the data.',
  HOME_WRITABLE: 'Whether HOME can be written. PATH.',
  SPACE: 'Free room of a disk. PATH.',
  LOG: 'Recent errors in the log. PATH.',
  CHANNELS: 'Whether somebody is told of failures.',
  CHANNEL_SETTINGS: 'Whether the channels are set up as a whole.',
  MAIL_RECEIVER: 'Whether mail has a receiver. CHANNEL.',
  HEARTBEAT: 'Whether somebody hears it when the machine is gone. CHANNEL.',
  CHANNEL_ANSWERS: 'Whether a channel answers. CHANNEL.',
  DATABASE: "Whether the system's database can be read. PATH.",
  SCHEDULER: 'Whether anybody starts what is due. CONFIGURATION.',
  ALARMS: 'An alarm that is open. CODE: its type.',
  CLOCK: 'Whether the clock agrees with what is known of time: else nothing is let go by age.',
  SECOND_COPY: 'Whether there is a second copy, and a recent one.',
  SYSTEM: 'Whether the system is here whose configurations the repository keeps. CONFIGURATION.',
  REPOSITORY: 'Whether the repository opens. PATH.',
  REPOSITORY_WRITABLE: 'Whether the repository takes new objects. PATH, CODE.',
  REPOSITORY_DAMAGED: 'Objects that can not be read or believed. OBJECT.',
  REPOSITORY_FORBIDDEN: 'Objects that this user may not read. OBJECT.',
  REPOSITORY_FOREIGN: 'Names in the repository that are not its own. OBJECT.',
  REPOSITORY_OLDER: 'The repository shows an older state than it had. CODE.',
  KEYRING_COPIES: 'Keyrings whose every copy is damaged. OBJECT.',
  POINT_DATES: 'Restore points with a date that can not be right. SNAPSHOT.',
  LAST_RUN: 'How the last run ended. CONFIGURATION, RUN, CODE, PATH.',
  NEXT_RUN: 'Whether the next run would be started. CONFIGURATION.',
  SOURCE_READABLE: 'Whether a source can be read. PATH.',
  REPOSITORY_LOCAL: 'Whether a restore waits for a network. PATH.',
  REPOSITORY_SPEED: 'How fast the repository is read. PATH.',
  CPU: 'Load of the machine.',
  THRESHOLDS: 'That no threshold would be broken by the usual. CONFIGURATION.',
  MAX_BACKUP_TIME: 'The alarm for long runs. CONFIGURATION.',
  FAILURE_RATE: 'The alarm for failures. CONFIGURATION.',
  MIN_FREE_SPACE: 'The alarm for free room. CONFIGURATION.',
  SERVICE_UNIT: 'The unit of the service. PATH.',
  SERVICE_PROGRAM: 'The program that it starts. PATH.',
  SERVICE_ACCOUNT: 'Its user. USER.',
  SERVICE_HOME: 'Its HOME. PATH, USER.',
  SERVICE_KEY: 'Its key file. PATH.',
  SERVICE_REPOSITORY: 'Its repository. PATH, USER.',
  SERVICE_MANAGER: 'Whether there is a systemd.',
  SERVICE_ENABLED: 'Whether it starts with the machine.',
  SERVICE_ACTIVE: 'Whether it runs.',
} as const satisfies Readonly<Record<string, string>>
export type CheckId = keyof typeof CHECKS
export const CHECK_IDS = Object.keys(CHECKS) as [CheckId, ...CheckId[]]
