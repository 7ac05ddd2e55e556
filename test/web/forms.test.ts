import { describe, expect, test } from 'vitest';
import { emailIn } from '../../src/portal/form.tsx';
import { readForm } from '../../src/web/read-form.ts';
import { HttpRefusal } from '../../src/web/refusal.ts';
import { demandSameOrigin } from '../../src/web/same-origin.ts';
import { cpuMs } from '../support/cpu.ts';

const FORM = 'application/x-www-form-urlencoded';

async function read(body: string | Uint8Array, contentType: string | null = FORM): Promise<unknown> {
  const headers = new Headers(contentType === null ? {} : { 'content-type': contentType });
  const request = new Request('http://localhost/', { method: 'POST', body: Buffer.from(body), headers });
  try {
    return Object.fromEntries(await readForm(request));
  } catch (error) {
    return error instanceof HttpRefusal ? error.code : error;
  }
}

describe('a posted form', () => {
  test('T38: takes no time for thousands of blanks in its type, and of anything in its email', () => {
    const blanks = `${FORM}; ${' '.repeat(15_000)}x`;
    const emails = ['a@b ', '*_', "'", '<a>'].map((text) => text.repeat(15_000 / text.length));
    const work = () => {
      void read('', blanks);
      for (const email of emails) emailIn(new Map([['email', `${email}a`]]));
    };
    expect(cpuMs(10, work)).toBeLessThan(400);
  });

  test('is read as the person filled it in', async () => {
    const body = 'email=ann%40example.com&name=Ann+L%C3%A9e&empty=&equals=a=b&alone';
    expect(await read(body)).toEqual({
      email: 'ann@example.com',
      name: 'Ann Lée',
      empty: '',
      equals: 'a=b',
      alone: '',
    });
    expect(await read('a=b', `${FORM}; charset=UTF-8`)).toEqual({ a: 'b' });
  });

  test.each([
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/json',
    `${FORM}; charset=utf-7`,
    `text/plain; ${FORM}`,
    `${FORM}-not`,
    '',
    null,
  ])('T33: is refused with 415 for the content type %j', async (type) => {
    expect(await read('email=ann@example.com', type)).toBe('unsupported_content_type');
  });

  test.each([
    ['an email that comes twice', 'email=a@example.com&email=b@example.com'],
    ['an email that comes twice in another encoding', 'email=a@example.com&%65mail=b@example.com'],
    ['broken percent-encoding', 'email=%zz'],
    ['percent-encoding that is not UTF-8', 'email=%ff'],
    ['bytes that are not UTF-8', Uint8Array.of(0x61, 0x3d, 0xff)],
    ['a NUL', 'email=a%00b'],
    ['more than 50 fields', Array.from({ length: 51 }, (_, at) => `f${at}=1`).join('&')],
  ])('T12: with %s is refused with 400', async (_what, body) => {
    expect(await read(body)).toBe('bad_request');
  });

  test('T12: with a list or an object as the email has no field called email', async () => {
    expect(await read('email[]=a@example.com&email[x]=b@example.com')).not.toHaveProperty('email');
  });

  test('can have field names that JavaScript knows', async () => {
    expect(await read('__proto__=x&constructor=y')).not.toHaveProperty('polluted');
  });
});

describe('the origin of a form', () => {
  const PUBLIC_URL = 'https://developers.example.com/base';
  const verdict = (headers: Record<string, string>) => {
    try {
      demandSameOrigin(new Headers(headers), PUBLIC_URL);
      return 'taken';
    } catch (error) {
      return (error as HttpRefusal).code;
    }
  };

  test.each([
    [{ 'sec-fetch-site': 'same-origin' }, 'taken'],
    [{ 'sec-fetch-site': 'same-origin', origin: 'null' }, 'taken'],
    [{ origin: 'https://developers.example.com' }, 'taken'],
    [{ 'sec-fetch-site': 'cross-site' }, 'cross_site'],
    [{ 'sec-fetch-site': 'same-site' }, 'cross_site'],
    [{ 'sec-fetch-site': 'none' }, 'cross_site'],
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://developers.example.com' }, 'cross_site'],
    [{ origin: 'https://evil.example' }, 'cross_site'],
    [{ origin: 'https://developers.example.com.evil.example' }, 'cross_site'],
    [{ origin: 'http://developers.example.com' }, 'cross_site'],
    [{ origin: 'https://developers.example.com:8443' }, 'cross_site'],
    [{ origin: 'null' }, 'cross_site'],
    [{ referer: 'https://developers.example.com/' }, 'cross_site'],
    [{}, 'cross_site'],
    [{ 'sec-fetch-site': 'same-origin', 'x-http-method-override': 'PUT' }, 'cross_site'],
  ] as [Record<string, string>, string][])('T33: with the headers %j is %s', (headers, expected) => {
    expect(verdict(headers)).toBe(expected);
  });
});
