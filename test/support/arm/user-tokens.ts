// Shared access tokens of users, with which the developer portal signs them in.
import { createHmac } from 'node:crypto';
import { type Answer, type Asked, errorAnswer } from './exchange.ts';
import { keyOf } from './paths.ts';

const TOKEN_PATH = /^users\/([^/]+)\/token$/i;
const MAX_LIFETIME_MS = 30 * 86_400_000;

export function createUserTokens(secret: string) {
  const sign = (text: string) => createHmac('sha512', secret).update(text).digest('base64');
  /** `202604300930`, as Azure writes it. */
  const minuteOf = (at: Date) => at.toISOString().replace(/\D/g, '').slice(0, 12);
  return {
    isTokenRequest: ({ method, place }: Asked): boolean =>
      method === 'POST' && TOKEN_PATH.test(place?.below ?? ''),
    /** `find` reads the user. */
    async answer({ place, body }: Asked, find: (below: string) => Promise<Answer>): Promise<Answer> {
      const [, id = ''] = TOKEN_PATH.exec(place?.below ?? '') ?? [];
      const user = await find(`users/${id}`);
      if (user.status !== 200) return user;
      const { properties } = JSON.parse(body);
      const expiry = new Date(properties?.expiry);
      const lastsMs = expiry.getTime() - Date.now();
      if (
        !['primary', 'secondary'].includes(properties?.keyType) ||
        !(lastsMs > 0 && lastsMs <= MAX_LIFETIME_MS)
      )
        return errorAnswer(400, 'ValidationError', 'One or more fields contain incorrect values.');
      const text = `${keyOf(id)}&${minuteOf(expiry)}`;
      return { status: 200, headers: {}, body: { value: `${text}&${sign(text)}` } };
    },
    /** Whose token it is; null for one that isn't ours, or has ended. */
    userOf(token: string): string | null {
      const [id = '', until = '', ...signature] = token.split('&');
      const isOurs = signature.join('&') === sign(`${id}&${until}`);
      return isOurs && until >= minuteOf(new Date()) ? id : null;
    },
  };
}
