// The line of curl for an endpoint of a hostile document, run by a real shell.
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EndpointDetail, Field } from '../../src/domain/api-document.ts';
import { curlOf } from '../../src/portal/curl.ts';

const GATEWAY = 'https://gateway.example.com';
const KEY = `k"'$(touch pwned)\`x\``;
/** Prints what each line gives to curl, with signs that no line has behind each word and each line. */
const CURL = `curl() { for word in "$@"; do printf '%s\\036' "$word"; done; printf '\\035'; }\n`;

function wordsRun(lines: readonly string[]): string[][] {
  const out = execFileSync('/bin/sh', ['-c', `${CURL}${lines.join('\n')}`], {
    env: { API_KEY: KEY, PATH: '/nonexistent' },
    encoding: 'utf8',
  });
  return out
    .split('\x1d')
    .slice(0, -1)
    .map((words) => words.split('\x1e').slice(0, -1));
}

const HOSTILE = [
  ...'\'"`$()\\!#&;|<>*?[]{}~%@=:, \t\n\r\x1b\x7f\u2028é日😀ab1',
  ...['$(reboot)', '`reboot`', '$', "'; reboot; '", '\\\n', '@/etc/passwd', '--config', '[1-9]', '%2e', '!!'],
];
const text = fc.array(fc.constantFrom(...HOSTILE), { maxLength: 8 }).map((parts) => parts.join(''));
const name = text.filter((one) => one !== '');
const parameter = fc.record({
  ...{ name, sample: text, type: fc.constant('string'), isRequired: fc.boolean(), text },
  in: fc.constantFrom('path' as const, 'query' as const, 'header' as const, 'cookie' as const),
});
const content = fc.record({
  mediaType: fc.oneof(fc.constant('application/merge-patch+json'), name),
  ...{ type: text, fields: fc.constant<Field[]>([]), isCut: fc.constant(false) },
});
const endpoint = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'TRACE'),
  path: fc
    .array(fc.oneof(text, fc.constantFrom('/', '{id}', '{a b}', '{', '?')), { maxLength: 6 })
    .map((parts) => `/${parts.join('')}`),
  detail: fc.record({
    description: text,
    parameters: fc.array(parameter, { maxLength: 5 }),
    body: fc.option(
      fc.record({
        ...{ isRequired: fc.boolean(), text, contents: fc.array(content, { maxLength: 2 }) },
        sample: fc.option(fc.json()),
      }),
    ),
    responses: fc.constant<EndpointDetail['responses']>([]),
  }),
});

it('T122: a shell gives curl the document’s words as they are, the key, and one address of the gateway', () => {
  const api = { path: 'tea', keyHeader: null, keyQuery: null };
  fc.assert(
    fc.property(fc.array(endpoint, { minLength: 20, maxLength: 60 }), (endpoints) => {
      const all = wordsRun(endpoints.map((one) => curlOf(GATEWAY, api, one, true)));
      expect(all.length).toBe(endpoints.length);
      for (const [at, words] of all.entries()) {
        const { method, detail } = endpoints[at] as (typeof endpoints)[number];
        const options = words.slice(0, -1);
        const valuesOf = (option: string) => options.filter((_, place) => options[place - 1] === option);
        const kept = (one: string) => one.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
        const needed = (place: string) =>
          detail.parameters.filter((one) => one.in === place && one.isRequired);

        expect(options.filter((_, place) => !options[place - 1]?.startsWith('-')).every(isOption)).toBe(true);
        expect(options.includes('--head')).toBe(method === 'HEAD');
        for (const one of valuesOf('-X')) expect(one).toBe(method);
        const [key, ...headers] = valuesOf('-H');
        expect(key).toBe(`Ocp-Apim-Subscription-Key: ${KEY}`);
        for (const one of headers) expect([one, kept(one)]).toEqual([one.replace(/^[@\s:]/, ''), one]);
        const sent = headers.filter((one) => !one.startsWith('Content-Type: '));
        expect(sent.length).toBeLessThanOrEqual(needed('header').length);
        const cookies = needed('cookie').map((one) => `${one.name}=${one.sample}`);
        expect(valuesOf('-b')).toEqual(cookies.length > 0 ? [kept(cookies.join('; '))] : []);
        for (const one of valuesOf('-d')) expect(one).toBe(kept(detail.body?.sample ?? ''));
        for (const one of valuesOf('--data-binary')) expect(one).toBe('@body');

        const address = words.at(-1) ?? '';
        expect(address).toMatch(/^https:\/\/gateway\.example\.com\/tea\/[\w.~!$&'()*+,;=:@%/?-]*$/);
        const { searchParams } = new URL(address);
        for (const one of needed('query').filter((two) => two.name !== 'subscription-key'))
          expect(searchParams.getAll(one.name)).toContain(one.sample);
      }
    }),
    { numRuns: 8 },
  );
});

const isOption = (word: string): boolean =>
  ['-X', '-H', '-b', '-d', '--head', '--data-binary'].includes(word);
