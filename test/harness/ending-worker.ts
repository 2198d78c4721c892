import { MessagePort, Worker } from 'node:worker_threads'

/** Ends every worker when the n-th message is sent to one. Undone when disposed. */
export function endingAt(at: number): { readonly ended: () => number; readonly sent: () => number } & Disposable {
  const workers = new Set<Worker>()
  let sent = 0
  let ended = 0
  const port = MessagePort.prototype as { postMessage: (...args: unknown[]) => void }
  const { postMessage } = port
  const { on } = Worker.prototype
  // Every user of a worker listens to it first.
  Worker.prototype.on = function (this: Worker, ...args: Parameters<typeof on>) {
    workers.add(this)
    return on.apply(this, args)
  } as typeof on
  port.postMessage = function (this: unknown, ...args: unknown[]) {
    postMessage.apply(this, args)
    const { type } = args[0] as { type?: string }
    // node's own: they begin a worker, and feed its output.
    if (type === 'loadScript' || type?.startsWith('stdio')) return
    sent += 1
    if (sent !== at) return
    for (const worker of workers) void worker.terminate()
    ended = workers.size
  }
  const undo = (): void => {
    Worker.prototype.on = on
    port.postMessage = postMessage
  }
  return { ended: () => ended, sent: () => sent, [Symbol.dispose]: undo }
}
