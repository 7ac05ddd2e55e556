// `POST /security/leaked-keys`: a scanner tells which keys it saw in public, in the form of GitHub's secret scanning.
import { hash } from 'node:crypto';
import { Hono } from 'hono';
import { z } from 'zod';
import { rateKey } from './client-address.ts';
import { demandAllowance, type RateLimits } from './rate-limit.ts';
import { HttpRefusal } from './refusal.ts';
import type { WebEnv } from './request-facts.ts';
import type { ScannerKeys } from './scanner-keys.ts';

export const LEAKED_KEYS_PATH = '/security/leaked-keys';
export const MAX_LEAK_REPORT_BYTES = 2_097_152;
const MAX_MATCHES = 5_000;

type Place = { url: string; source: string };
type LeakReports = {
  limits: RateLimits;
  keys: ScannerKeys;
  /** Records the keys that are ours, with where each was seen, by the SHA-256 of the key. Returns their hashes. */
  report(placesByHash: ReadonlyMap<string, Place[]>): Promise<ReadonlySet<string>>;
};

const matches = z
  .array(
    z.object({
      token: z.string().min(1),
      type: z.string().default(''),
      url: z.string().nullish(),
      source: z.string().nullish(),
    }),
  )
  .max(MAX_MATCHES);

/**
 * Answers which of the keys are real, by their hash, and 403 without a signature of the scanner's; 503 while its key can't be had. The same report may come
 * again: nothing happens twice.
 * Source: https://docs.github.com/code-security/secret-scanning/secret-scanning-partner-program
 */
export function createLeakReports({ limits, keys, report }: LeakReports): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.post('/', async (c) => {
    const address = rateKey(c.env.facts.address);
    const body = Buffer.from(await c.req.arrayBuffer());
    const header = (name: string) => c.req.header(`github-public-key-${name}`) ?? '';
    if (!(await keys.hasSigned(body, header('identifier'), header('signature')))) {
      demandAllowance(await limits.take('wrongLeakReports', address));
      return c.body(null, 403);
    }
    demandAllowance(await limits.take('leakReports', address));
    const found = matchesIn(body).map((match) => ({ ...match, hash: hash('sha256', match.token, 'hex') }));
    const places = new Map<string, Place[]>();
    for (const { hash: of, url, source } of found)
      places.set(of, [...(places.get(of) ?? []), { url: url ?? '', source: source ?? 'unknown' }]);
    const ours = await report(places);
    return c.json(
      found.map(({ hash: of, type }) => ({
        token_hash: of,
        token_type: type,
        label: ours.has(of) ? 'true_positive' : 'false_positive',
      })),
    );
  });
  return app;
}

function matchesIn(body: Buffer): z.output<typeof matches> {
  try {
    return matches.parse(JSON.parse(body.toString()));
  } catch {
    // Without the error: it quotes what it read.
    throw new HttpRefusal('bad_request');
  }
}
