// Targets that no client would send, over raw sockets: each is refused, or means what its plain spelling means.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHealth } from '../../src/web/health.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { type Served, sendRaw, serve, stopAll } from './serve.ts';

const RUNS = Number(process.env.SPELLINGS ?? 300);
const READINGS = { isSlackReachable: null, oldestWaitingJobSeconds: 0, mailsByState: {}, followers: [] };
/** Over the limit of any path but `/big`. */
const BODY = 'x'.repeat(20_000);
const ARRIVED = /arrived at (\S+) with (\d+)/;

let served: Served;
beforeAll(async () => {
  const metrics = createMetrics(async () => READINGS);
  served = await serve(
    (app) => {
      app.route('/', createHealth({ checks: {}, metrics }));
      app.all('*', async (c) => {
        const { length } = await c.req.text();
        return c.text(`arrived at ${new URL(c.req.url).pathname} with ${length}`);
      });
    },
    {
      bodyLimits: { '/big': 40_000 },
      caselessPaths: ['/big'],
      routes: {
        '/slack/events': (_req, res) => void res.end('arrived at slack'),
        '/playground': (_req, res) => void res.end('arrived at the playground'),
      },
    },
  );
});
afterAll(stopAll);

const send = async (target: string, { method = 'GET', body = '', headers = '' } = {}) =>
  sendRaw(served.port, [
    `${method} ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`,
  ]);

const plainPath = fc.constantFrom(
  ...[
    '/metrics',
    '/big',
    '/big/it',
    '/small',
    '/slack/events',
    '/playground',
    '/portal',
    '/bigger',
    '/a/b/c',
  ],
);
const hex = (character: string) => `%${character.charCodeAt(0).toString(16)}`;
const characterAs = (character: string) =>
  fc.constantFrom(character, character, character, hex(character), hex(character).toUpperCase());
const SEPARATORS = [
  '/',
  '/',
  '/',
  '//',
  '/./',
  '/%2e/',
  '/x/../',
  '/x/%2E%2e/',
  '/../',
  '\\',
  '/\\',
  '%2f',
  '/;/',
];
const DETOURS = [
  '',
  '',
  '',
  '/portal/..',
  '/big/..',
  '/big/%2e%2e',
  '/slack/events/..',
  '/playground/../',
  '//x',
];
const STARTS = ['', '', '', '', 'http://x', 'https://elsewhere', '//x', '*', '.', '\\'];
const ENDS = [
  '',
  '',
  '',
  '/',
  '/.',
  '/..',
  '/%2e%2e',
  '?a=/../b',
  '#',
  '#/../small',
  '?a#b',
  '%',
  '%zz',
  '%00',
];

/** A path as it might be spelt to arrive elsewhere than it is judged. */
const spelling = plainPath.chain((path) => {
  const segments = path.slice(1).split('/');
  const spelt = segments.map((segment) =>
    fc.tuple(...[...segment].map(characterAs)).map((all) => all.join('')),
  );
  return fc
    .tuple(
      fc.constantFrom(...STARTS),
      fc.constantFrom(...DETOURS),
      fc.tuple(...spelt.map((one) => fc.tuple(fc.constantFrom(...SEPARATORS), one))),
      fc.constantFrom(...ENDS),
    )
    .map(([start, detour, parts, end]) => start + detour + parts.map((part) => part.join('')).join('') + end);
});

describe('a spelling of a path', () => {
  test('T80: arrives with the limit of where it arrives', { timeout: 120_000 }, async () => {
    const arrivals = new Set<string>();
    await fc.assert(
      fc.asyncProperty(spelling, async (target) => {
        const { status, answer } = await send(target, { method: 'POST', body: BODY });
        const [, path = '', length] = ARRIVED.exec(answer) ?? [];
        arrivals.add(path || String(status));
        if (status !== 200) return void expect([400, 413]).toContain(status);
        if (/arrived at (slack|the playground)/.test(answer)) {
          return void expect(decodeURIComponent(target)).toMatch(
            /^\/(slack\/events(\?|$)|playground([/?]|$))/,
          );
        }
        expect([path, length]).toEqual([expect.stringMatching(/^\/big(\/|$)/), String(BODY.length)]);
        // The plain spelling arrives at the same place.
        expect((await send(path, { method: 'POST', body: BODY })).answer).toContain(
          `arrived at ${path} with`,
        );
      }),
      // By chance alone the one path that takes the body is rarely spelt in full.
      { numRuns: RUNS, examples: [['/big']] },
    );
    // The generator reaches both outcomes.
    expect([...arrivals]).toEqual(expect.arrayContaining(['400', '413', '/big']));
  });

  test('T80: reaches /metrics through no proxy, and otherwise only where it means /metrics', async () => {
    await fc.assert(
      fc.asyncProperty(spelling, async (target) => {
        const proxied = await send(target, { headers: 'x-forwarded-for: 198.51.100.1\r\n' });
        expect(proxied.answer).not.toContain('apim_user_');
        const { answer } = await send(target);
        if (answer.includes('apim_user_')) expect(decodeURIComponent(target)).toMatch(/^\/metrics(\?|$)/);
      }),
      { numRuns: RUNS },
    );
  }, 120_000);

  test.each([
    ['/portal/../metrics', 400],
    ['/portal/%2e%2e/metrics', 400],
    ['/.', 400],
    ['//metrics', 400],
    ['/portal\\..\\metrics', 400],
    ['http://x/metrics', 400],
    ['/metrics#/portal', 400],
    ['/%6detrics', 200],
    ['/%6Detrics?a=//../b', 200],
    ['/BIG', 200],
  ])('T80: %s is answered %d', async (target, status) => {
    expect((await send(target)).status).toBe(status);
  });

  test('T80: in another case is the same path where the path has no case', async () => {
    const { answer } = await send('/Big/It', { method: 'POST', body: BODY });
    expect(answer).toContain(`arrived at /big/It with ${BODY.length}`);
  });
});
