/** Asks the owner of a HOME to make room: one that does no work does, for whoever would. */
import http from 'node:http'
import { YIELD_PATH, type YieldAnswer, type YieldRequest } from './socket-protocol.ts'

const ANSWER_MS_MAX = 5_000

/** SILENT: it does not listen (yet), or does not answer. */
export async function askToYield(socketPath: string, asked: YieldRequest): Promise<'YIELDS' | 'STAYS' | 'SILENT'> {
  try {
    const { isYielding } = await ask(socketPath, asked)
    return isYielding === true ? 'YIELDS' : 'STAYS'
  } catch {
    return 'SILENT'
  }
}

function ask(socketPath: string, asked: YieldRequest): Promise<Partial<YieldAnswer>> {
  return new Promise((resolve, reject) => {
    const request = http.request({
      socketPath,
      path: YIELD_PATH,
      method: 'POST',
      agent: false,
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    })
    request.once('error', reject).once('response', (response) => {
      response
        .setEncoding('utf8')
        .toArray()
        .then((pieces) => resolve(JSON.parse(pieces.join('')) as Partial<YieldAnswer>))
        .catch(reject)
    })
    request.end(JSON.stringify(asked))
  })
}
