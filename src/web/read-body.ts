import type { IncomingMessage } from 'node:http';
import { HttpRefusal } from './refusal.ts';

/** A form of ours holds an address, two names and two passwords. */
export const MAX_FORM_BYTES = 16 * 1_024;
/** Slack's interaction payloads carry the whole message. */
export const MAX_SLACK_BYTES = 1_024 * 1_024;
/**
 * Of a body that is too large, so much is still taken from the line and thrown away: a client that is busy sending
 * would never see the answer otherwise.
 */
const MAX_DISCARDED_BYTES = 2 * 1_024 * 1_024;

/** A body beyond its limit: `body_too_large` (413). */
class BodyTooLarge extends HttpRefusal {
  constructor() {
    super('body_too_large');
  }
}

/**
 * The whole body as bytes; one that was read before is given again. Refuses with `BodyTooLarge` above `maxBytes` and
 * holds no more than that in memory; a body that ends early (the client went away) refuses with `bad_request`. How long
 * it may take is the server's limit.
 */
export function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if ('rawBody' in req && Buffer.isBuffer(req.rawBody)) return Promise.resolve(req.rawBody);
  const declared = Number(req.headers['content-length'] ?? 0);
  if (declared > maxBytes + MAX_DISCARDED_BYTES) return Promise.reject(new BodyTooLarge());
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
        reject(new BodyTooLarge());
      }
    });
    req.on('end', () => (size > maxBytes ? reject(new BodyTooLarge()) : resolve(Buffer.concat(chunks))));
    req.on('error', () => reject(new HttpRefusal('bad_request')));
    req.on('close', () => reject(new HttpRefusal('bad_request')));
  });
}
