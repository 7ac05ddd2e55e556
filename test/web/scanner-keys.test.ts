import { createSign, generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createScannerKeys } from '../../src/web/scanner-keys.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** The test key and signature in GitHub's documentation of its partner program. */
const DOCUMENTED = {
  id: 'f9525bf080f75b3506ca1ead061add62b8633a346606dc5fe544e29231c6ee0d',
  key: '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsz9ugWDj5jK5ELBK42ynytbo38gP\nHzZFI03Exwz8Lh/tCfL3YxwMdLjB+bMznsanlhK0RwcGP3IDb34kQDIo3Q==\n-----END PUBLIC KEY-----',
  signature:
    'MEUCIFLZzeK++IhS+y276SRk2Pe5LfDrfvTXu6iwKKcFGCrvAiEAhHN2kDOhy2I6eGkOFmxNkOJ+L2y8oQ9A2T9GGJo6WJY=',
  body: Buffer.from('[{"token":"some_token","type":"some_type","url":"some_url","source":"some_source"}]'),
};
const documentOf = (...keys: { id: string; key: string }[]) =>
  JSON.stringify({
    public_keys: keys.map(({ id, key }) => ({ key_identifier: id, key, is_current: true })),
  });

const folder = forAllTests(() => temporaryFolder('scanner'));
const source = forAllTests(async () => {
  const waiting: (() => void)[] = [];
  const state = {
    ...{ answer: documentOf(DOCUMENTED), status: 200, location: '', asked: 0, isSilent: false },
    answerNow: () => {
      for (const answer of waiting.splice(0)) answer();
    },
  };
  const server = createServer(async (_request, response) => {
    state.asked += 1;
    if (state.isSilent) await new Promise<void>((resolve) => waiting.push(resolve));
    response.writeHead(state.status, state.location ? { location: state.location } : {}).end(state.answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  return { state, url, close: () => new Promise((resolve) => server.close(resolve)) };
});

function fetching() {
  const faults: unknown[] = [];
  let nowMs = 0;
  const keys = createScannerKeys(
    { url: source.url },
    { now: () => nowMs, onFault: (error) => void faults.push(error) },
  );
  const later = (ms: number) => {
    nowMs += ms;
  };
  return { keys, faults, later };
}
const { body, id, signature } = DOCUMENTED;

describe('T119: a report is the scanner’s', () => {
  it('by the documented key, signature and body, and no other', async () => {
    const file = join(folder.path, 'keys.json');
    await writeFile(file, documentOf(DOCUMENTED));
    const keys = createScannerKeys({ file }, { now: () => 0, onFault: () => {} });
    expect(await keys.hasSigned(body, id, signature)).toBe(true);
    expect(await keys.hasSigned(Buffer.from(`${body} `), id, signature)).toBe(false);
    expect(await keys.hasSigned(body, id.replace('f', 'e'), signature)).toBe(false);
    for (const wrong of ['', 'AAAA', signature.slice(4), 'not base64'])
      expect(await keys.hasSigned(body, id, wrong), wrong).toBe(false);
  });

  it('also by a key that is new, which is fetched at most once a minute', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signed = createSign('sha256').update(body).sign(privateKey, 'base64');
    const fresh = { id: 'fresh', key: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
    const { keys, later } = fetching();
    const before = source.state.asked;
    expect(await keys.hasSigned(body, id, signature)).toBe(true);
    source.state.answer = documentOf(DOCUMENTED, fresh);
    const tries = await Promise.all(Array.from({ length: 20 }, () => keys.hasSigned(body, 'fresh', signed)));
    expect([...new Set(tries), source.state.asked - before]).toEqual([false, 1]);
    later(60_000);
    const again = await Promise.all(Array.from({ length: 20 }, () => keys.hasSigned(body, 'fresh', signed)));
    expect([...new Set(again), source.state.asked - before]).toEqual([true, 2]);
  });

  it('and those known so far stay when the list can’t be had', async () => {
    const { keys, faults, later } = fetching();
    expect(await keys.hasSigned(body, id, signature)).toBe(true);
    for (const trouble of [
      { status: 500, answer: 'no' },
      { status: 200, answer: '{"public_keys": 1}' },
      { status: 200, answer: 'x'.repeat(200_000) },
      // Another address isn't asked.
      { status: 302, answer: '', location: source.url },
    ]) {
      Object.assign(source.state, { location: '', ...trouble });
      later(60_000);
      const before = source.state.asked;
      const away = { code: 'unavailable', retryAfterSeconds: 60 };
      await expect(keys.hasSigned(body, 'unknown', signature)).rejects.toMatchObject(away);
      // Within the minute too, without asking again.
      await expect(keys.hasSigned(body, 'unknown', signature)).rejects.toMatchObject(away);
      expect(source.state.asked - before).toBe(1);
      expect(await keys.hasSigned(body, id, signature)).toBe(true);
    }
    expect(faults).toHaveLength(4);
  });

  it('and those known so far wait for no list', async () => {
    const { keys, later } = fetching();
    Object.assign(source.state, { status: 200, location: '', answer: documentOf(DOCUMENTED) });
    expect(await keys.hasSigned(body, id, signature)).toBe(true);
    later(60_000);
    source.state.isSilent = true;
    const unknown = keys.hasSigned(body, 'unknown', signature);
    let isAnswered = false;
    void unknown.finally(() => (isAnswered = true));
    expect(await keys.hasSigned(body, id, signature)).toBe(true);
    expect(isAnswered).toBe(false);
    source.state.isSilent = false;
    source.state.answerNow();
    expect(await unknown).toBe(false);
  });
});
