import { createHmac, timingSafeEqual } from 'node:crypto';

const WINDOW_SECONDS = 300;

/**
 * Whether a request was signed by Slack within five minutes of now, past or future.
 * Source: Slack, "Verifying requests from Slack"; safety T39.
 */
export function isSignedBySlack(request: {
  signingSecret: string;
  timestamp: string | undefined;
  signature: string | undefined;
  body: Buffer;
  now: Date;
}): boolean {
  const { timestamp, signature } = request;
  if (!timestamp || !signature || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(request.now.getTime() / 1_000 - Number(timestamp)) > WINDOW_SECONDS) return false;
  const digest = createHmac('sha256', request.signingSecret)
    .update(`v0:${timestamp}:`)
    .update(request.body)
    .digest('hex');
  const expected = Buffer.from(`v0=${digest}`);
  const received = Buffer.from(signature);
  return received.length === expected.length && timingSafeEqual(received, expected);
}
