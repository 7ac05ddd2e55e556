// The signature of what Azure's developer portal hands over.
import { createHmac } from 'node:crypto';
import { isSameSecret } from './same-secret.ts';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const MIN_BYTES = 16;

/** Whether a text is base64 of at least 16 bytes. Azure generates 64. */
export const isDelegationKey = (text: string): boolean =>
  BASE64.test(text) && Buffer.from(text, 'base64').length >= MIN_BYTES;

/** Whether `signature` is base64 of the HMAC-SHA512 of `text`. Takes the same time for each wrong one. */
export function isDelegationSigned(key: string, text: string, signature: string): boolean {
  const right = createHmac('sha512', Buffer.from(key, 'base64')).update(text, 'utf8').digest('base64');
  return isSameSecret(signature, right);
}
