import type { IncomingMessage } from 'node:http';
import { HttpRefusal } from './refusal.ts';

/** Our largest form has an email, two names and two passwords. */
export const MAX_FORM_BYTES = 16 * 1_024;
/**
 * Slack's interaction payloads carry the whole message. Larger bodies are read a few at a time, because anyone may send one:
 * who it is from is known only afterwards.
 */
export const MAX_SLACK_BYTES = 1_024 * 1_024;
export const MAX_LARGE_BODIES = 4;
/** How much beyond a limit is still read: a client sees the answer only when it has finished sending. */
const MAX_DISCARDED_BYTES = 2 * 1_024 * 1_024;

/**
 * The whole body as bytes, also when it was read before. Keeps at most `maxBytes` in memory. The server limits the time.
 * Errors: `body_too_large` above `maxBytes`, `bad_request` when the client goes away.
 */
export function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if ('rawBody' in req && Buffer.isBuffer(req.rawBody)) return Promise.resolve(req.rawBody);
  const declared = Number(req.headers['content-length'] ?? 0);
  if (declared > maxBytes + MAX_DISCARDED_BYTES) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      if (size > maxBytes + MAX_DISCARDED_BYTES) {
        req.pause();
        reject(tooLarge());
      }
    });
    req.on('end', () => (size > maxBytes ? reject(tooLarge()) : resolve(Buffer.concat(chunks))));
    req.on('error', () => reject(new HttpRefusal('bad_request')));
    req.on('close', () => req.readableEnded || reject(new HttpRefusal('bad_request')));
  });
}

const tooLarge = () => new HttpRefusal('body_too_large');
