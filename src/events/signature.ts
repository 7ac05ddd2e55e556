// Signs what is sent to a webhook, as Standard Webhooks asks for: https://www.standardwebhooks.com.
import { Webhook } from 'standardwebhooks';

const SECRET_BYTES = 32;
const FORM = 'whsec_';

/** A new secret, 256 bits: the receiver verifies with it. */
export const newWebhookSecret = (random: (size: number) => Uint8Array): string =>
  FORM + Buffer.from(random(SECRET_BYTES)).toString('base64');

/** The headers of a signed message. `id` stays the same when it is sent again. With two secrets, either verifies it. */
export const signedHeaders = (
  message: { id: string; at: Date; body: string },
  secrets: readonly string[],
): Record<string, string> => ({
  'webhook-id': message.id,
  'webhook-timestamp': String(Math.floor(message.at.getTime() / 1_000)),
  'webhook-signature': secrets
    .map((secret) => new Webhook(secret).sign(message.id, message.at, message.body))
    .join(' '),
});
