import { openResend } from './resend.ts';

const TIMEOUT_MS = 5_000;
const MAX_DOMAINS = 100;

/**
 * Whether Resend has verified the domain of `from`. A key that may only send can't look up domains: `may-not-be-asked`.
 * Waits at most 5 seconds.
 */
export async function checkSenderDomain(options: {
  apiKey: string;
  baseUrl: string;
  from: string;
}): Promise<'verified' | 'not-verified' | 'may-not-be-asked' | 'unreachable'> {
  const domain = /@([^@>\s]+)>?\s*$/.exec(options.from)?.[1]?.toLowerCase();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), TIMEOUT_MS);
  });
  try {
    const lookup = openResend(options.apiKey, options.baseUrl).domains.list({ limit: MAX_DOMAINS });
    const answer = await Promise.race([lookup, late]);
    if (answer?.error?.name === 'restricted_api_key') return 'may-not-be-asked';
    if (!answer?.data) return 'unreachable';
    const found = answer.data.data.find((one) => one.name.toLowerCase() === domain);
    return found?.status === 'verified' ? 'verified' : 'not-verified';
  } catch {
    return 'unreachable';
  } finally {
    clearTimeout(timer);
  }
}
