/** A real SMTP server that keeps what it was sent, asks for a password and answers as told. */
import type { AddressInfo } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export interface MailReceiver extends AsyncDisposable {
  readonly port: number
  readonly received: ParsedMail[]
  /** How each message came: with TLS or without. */
  readonly secured: boolean[]
  /** Messages that came, taken or not. */
  readonly arrived: number
  /** 250 takes; another code answers with it; 0 never answers. */
  status: number
  stop(): Promise<void>
  /** On the same port. */
  start(): Promise<void>
}

export async function mailReceiver(
  user: { name: string; password: string },
  options: SMTPServerOptions = {},
  host = '127.0.0.1',
): Promise<MailReceiver> {
  const received: ParsedMail[] = []
  const secured: boolean[] = []
  let port = 0
  let server: SMTPServer | undefined
  const receiver = {
    received,
    secured,
    status: 250,
    arrived: 0,
    get port() {
      return port
    },
    async start() {
      server = new SMTPServer({
        authMethods: ['PLAIN', 'LOGIN'],
        allowInsecureAuth: true,
        disabledCommands: ['STARTTLS'],
        logger: false,
        closeTimeout: 100,
        ...options,
        onAuth: ({ username, password }, _session, callback) => {
          if (username === user.name && password === user.password) callback(null, { user: username })
          else
            callback(
              Object.assign(new Error(`authentication failed for ${username} with ${password}`), { responseCode: 535 }),
            )
        },
        onData: (stream, session, callback) => {
          simpleParser(stream).then((mail) => {
            receiver.arrived += 1
            if (receiver.status === 0) return
            if (receiver.status !== 250)
              return callback(Object.assign(new Error('refused'), { responseCode: receiver.status }))
            received.push(mail)
            secured.push(session.secure)
            callback(null)
          }, callback)
        },
      })
      server.on('error', () => {})
      await new Promise<void>((resolve) => server!.listen(port, host, () => resolve()))
      port = (server.server.address() as AddressInfo).port
    },
    stop: () => new Promise<void>((resolve) => server!.close(resolve)),
    [Symbol.asyncDispose]: async () => {
      if (server!.server.listening) await receiver.stop()
    },
  }
  await receiver.start()
  return receiver
}
