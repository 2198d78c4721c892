/** What single commands do to a repository, by the name of their entry in the audit log. */
export const SINGLE_ACTS = [
  'hold.add',
  'hold.lift',
  'key.add',
  'key.remove',
  'key.rotate',
  'point.pin',
  'point.unpin',
  'repository.copy',
  'repository.forget',
  'repository.prune',
  'repository.repair',
  'repository.upgrade',
] as const
export type SingleAct = (typeof SINGLE_ACTS)[number]
