/** A real HTTP server that keeps what it was sent and answers as told. */
import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface ReceivedCall {
  readonly method: string
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

export interface HttpReceiver extends AsyncDisposable {
  readonly url: string
  readonly received: ReceivedCall[]
  /** Status of the next answers; 0 never answers. */
  status: number
  /** What is sent to paths with this in them is never answered. */
  silentAt: string | undefined
  /** Sent as Location. */
  location: string | undefined
  openSockets(): number
  stop(): Promise<void>
  /** On the same port. */
  start(): Promise<void>
}

export async function httpReceiver(): Promise<HttpReceiver> {
  const received: ReceivedCall[] = []
  const sockets = new Set<Socket>()
  let port = 0
  let server: http.Server | undefined
  const receiver = {
    received,
    status: 200,
    silentAt: undefined as string | undefined,
    location: undefined as string | undefined,
    get url() {
      return `http://127.0.0.1:${port}`
    },
    openSockets: () => sockets.size,
    async start() {
      server = http.createServer((request, response) => {
        let body = ''
        request.setEncoding('utf8').on('data', (piece: string) => {
          body += piece
        })
        request.on('end', () => {
          received.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body })
          const isSilent = receiver.silentAt !== undefined && request.url?.includes(receiver.silentAt)
          if (receiver.status === 0 || isSilent) return
          response
            .writeHead(receiver.status, receiver.location === undefined ? {} : { location: receiver.location })
            .end('seen')
        })
      })
      server.on('connection', (socket: Socket) => {
        sockets.add(socket)
        socket.on('close', () => sockets.delete(socket))
      })
      await new Promise<void>((resolve) => server!.listen(port, '127.0.0.1', resolve))
      port = (server.address() as AddressInfo).port
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server!.close(resolve))
    },
    [Symbol.asyncDispose]: async () => {
      if (server!.listening) await receiver.stop()
    },
  }
  await receiver.start()
  return receiver
}
