// One request to the Lua code in nginx, over its socket.
import { request } from 'node:http';
import { MAX_ANSWER_MS } from '../pushed/carrier.ts';

/** An answer other than 200. */
export class NginxAnswer extends Error {
  readonly status: number;
  readonly text: string;
  constructor(verb: string, status: number, text: string) {
    super(`nginx answered ${verb} with ${status}: ${text}`);
    this.status = status;
    this.text = text;
  }
}

/** Over a connection of its own: nginx closes kept ones when it reloads, maybe just as a request comes. */
export function askNginx(
  socketPath: string,
  verb: string,
  query: Record<string, string | number>,
  body: Buffer | string = '',
): Promise<string> {
  const asked = Object.entries(query).map(([name, value]) => [name, String(value)]);
  return new Promise((resolve, reject) => {
    const req = request({
      socketPath,
      agent: false,
      method: 'POST',
      path: `/${verb}?${new URLSearchParams(asked)}`,
      headers: { Connection: 'close', 'Content-Length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(MAX_ANSWER_MS),
    });
    req.on('error', reject);
    req.on('response', (res) => {
      const parts: Buffer[] = [];
      res.on('data', (part: Buffer) => parts.push(part));
      res.on('error', reject);
      res.on('end', () => {
        const text = Buffer.concat(parts).toString();
        if (res.statusCode === 200) resolve(text);
        else reject(new NginxAnswer(verb, res.statusCode ?? 0, text.trim()));
      });
    });
    req.end(body);
  });
}
