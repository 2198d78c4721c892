/**
 * What every channel has to do, as tests against a real server. `notifiers.test.ts` calls `notifierContract` for each
 * registered one.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BackupError } from '../../src/kernel/backup-error.ts'
import type { ErrorCode } from '../../src/kernel/error-code.ts'
import type { ChannelSettings, Notice, Notifier } from '../../src/notifiers/index.ts'
import type { RegisteredNotifier } from '../../src/notifiers/notifier.ts'
import { failsWith } from '../harness/refusal.ts'

/** A server of the channel's kind. */
export interface NotifierRig extends AsyncDisposable {
  readonly settings: ChannelSettings
  /** A wrong one in place of each secret. */
  readonly wrongSettings?: ChannelSettings
  /** Half a set-up: CONFIG_INVALID that names `variable`. */
  readonly halfSettings?: { readonly settings: ChannelSettings; readonly variable: string }
  readonly notice: Notice
  /** What must be in no error. */
  readonly secrets: readonly string[]
  /** Of each delivery: all text, and what tells two notices apart. */
  received(): ReadonlyArray<{ readonly text: string; readonly key: string }>
  /** How many notices have come, answered or not. */
  arrived(): number
  answer(how: 'TAKE' | 'REFUSE' | 'BUSY' | 'HANG'): void
  stop(): Promise<void>
  start(): Promise<void>
}

const never = new AbortController().signal

export function notifierContract(channel: RegisteredNotifier, open: () => Promise<NotifierRig>): void {
  const check = (what: string, run: (rig: NotifierRig, notifier: Notifier) => Promise<void>) =>
    test(`${channel.kind}: ${what}`, { timeout: 120_000 }, async () => {
      await using rig = await open()
      await run(rig, channel.open(rig.settings) ?? assert.fail('the channel is not set up'))
    })
  const keepsSecrets = (rig: NotifierRig, code: ErrorCode, context?: BackupError['context']) => (error: unknown) => {
    failsWith(code, context)(error)
    const { stack, context: facts, cause } = error as BackupError
    const everything = `${stack} ${JSON.stringify(facts)} ${JSON.stringify(error)} ${String(cause)} ${JSON.stringify(cause)}`
    for (const secret of rig.secrets) assert.ok(!everything.includes(secret), `the error holds a secret: ${everything}`)
    return true
  }

  check('a notice arrives once, in its own letters', async (rig, notifier) => {
    await notifier.deliver(rig.notice, { signal: never, key: 'k1' })
    assert.equal(rig.received().length, 1)
    assert.match(rig.received()[0]!.text, /cl[ií]nica/)
  })
  check('a second attempt has the same key, another notice another', async (rig, notifier) => {
    for (const key of ['k1', 'k1', 'k2']) await notifier.deliver(rig.notice, { signal: never, key })
    const [first, second, third] = rig.received().map(({ key }) => key)
    assert.equal(first, second)
    if (notifier.carries === 'ALARM') assert.notEqual(second, third)
  })
  check('a server that is down is worth another try, and takes the notice when it is back', async (rig, notifier) => {
    await rig.stop()
    await assert.rejects(
      notifier.deliver(rig.notice, { signal: never, key: 'k1' }),
      keepsSecrets(rig, 'DELIVERY_FAILED'),
    )
    await rig.start()
    await notifier.deliver(rig.notice, { signal: never, key: 'k1' })
    assert.equal(rig.received().length, 1)
  })
  check('"busy" is worth another try, "no" is not', async (rig, notifier) => {
    rig.answer('BUSY')
    await assert.rejects(
      notifier.deliver(rig.notice, { signal: never, key: 'k1' }),
      keepsSecrets(rig, 'DELIVERY_FAILED'),
    )
    rig.answer('REFUSE')
    await assert.rejects(
      notifier.deliver(rig.notice, { signal: never, key: 'k1' }),
      keepsSecrets(rig, 'DELIVERY_REFUSED'),
    )
  })
  check('an abort ends a delivery that hangs', async (rig, notifier) => {
    rig.answer('HANG')
    const stop = new AbortController()
    const delivery = notifier.deliver(rig.notice, { signal: stop.signal, key: 'k1' })
    while (rig.arrived() === 0) await new Promise((resolve) => setImmediate(resolve))
    stop.abort()
    await assert.rejects(delivery, keepsSecrets(rig, 'ABORTED'))
    await assert.rejects(
      notifier.deliver(rig.notice, { signal: AbortSignal.abort(), key: 'k1' }),
      keepsSecrets(rig, 'ABORTED'),
    )
  })
  check('a wrong secret is refused and told to nobody; half a set-up names what is missing', async (rig) => {
    if (rig.wrongSettings)
      await assert.rejects(
        channel.open(rig.wrongSettings)!.deliver(rig.notice, { signal: never, key: 'k1' }),
        keepsSecrets(rig, 'DELIVERY_REFUSED'),
      )
    const half = rig.halfSettings
    if (half)
      assert.throws(() => channel.open(half.settings), keepsSecrets(rig, 'CONFIG_INVALID', { path: half.variable }))
  })
}
