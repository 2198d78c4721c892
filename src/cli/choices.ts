/**
 * Values that an option or argument takes, told to completion and manual. They are not enforced here: who reads the
 * value refuses others, with its own sentence.
 */
import { Argument, Option } from 'commander'

export const TYPES = ['full', 'incremental', 'differential'] as const
export const OVERWRITE = ['always', 'if-changed', 'if-newer', 'never'] as const
export const FREQUENCIES = ['HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY'] as const
export const PRIORITIES = ['LOW', 'NORMAL', 'HIGH', 'CRITICAL'] as const
/** Of a run. */
export const STATES = ['PENDING', 'RUNNING', 'COMPLETED', 'PARTIAL', 'FAILED', 'CANCELLED', 'MISSED'] as const
export const LEVELS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const

/** What the repository stores, as `list` and `cat` name it. */
export const KINDS = [
  'config',
  'keys',
  'snapshots',
  'checkpoints',
  'packs',
  'index',
  'records',
  'audit',
  'locks',
  'deletes',
  'confirms',
  'claims',
  'streams',
  'parity',
  'user',
] as const

export function choice(flags: string, description: string, values: readonly string[]): Option {
  const option = new Option(flags, description)
  if (values.length > 0) option.argChoices = [...values]
  return option
}

export function argumentOf(name: string, description: string, values: readonly string[]): Argument {
  const argument = new Argument(name, description)
  argument.argChoices = [...values]
  return argument
}

/** Collects what an option that may be given again was given. */
export const repeated = (value: string, all: string[] = []): string[] => [...all, value]
