/**
 * The only place that knows concrete channels; apart from compose.ts, so that repository commands load neither them nor
 * their schemas.
 */
export { openNotifiers } from '../notifiers/all.ts'
