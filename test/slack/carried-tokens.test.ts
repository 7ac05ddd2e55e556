// What Slack sends back as the app once wrote it: the values of buttons and the metadata of modals.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUTTONS, SUBMISSIONS } from '../../src/slack/handlers.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

const TOKENS_EACH = Number(process.env.TOKENS ?? 4);

/** Takes more replies than Slack's own `response_url` does, which is five. */
const replies: string[] = [];
const replyAddress = createServer(async (req, res) => {
  let body = '';
  for await (const chunk of req) body += chunk;
  replies.push(body);
  res.end('ok');
});

let app: TestApp;
let press: Record<string, unknown>;
let submit: Record<string, unknown>;
const payloadOf = (kind: string) =>
  JSON.parse(new URLSearchParams(app.lastRequest(kind).body).get('payload') ?? '');
beforeAll(async () => {
  await new Promise<void>((resolve) => replyAddress.listen(0, '127.0.0.1', resolve));
  app = await startTestApp();
  const admin = app.as('admin');
  await admin.types('/apim-user groups');
  await admin.clicks('Create');
  const modal = await admin.modal();
  press = payloadOf('block_actions');
  await modal.fill({ Name: 'Partners' });
  await modal.submit();
  submit = payloadOf('view_submission');
});
afterAll(async () => {
  await app?.close();
  replyAddress.close();
});

async function send(payload: object): Promise<void> {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const { status, body: answer } = await app.send(app.signed(body, { kind: 'token' }));
  expect(status).toBe(200);
  replies.push(answer);
}

const anyToken = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.json({ maxDepth: 2 }),
  fc
    .record({ id: fc.jsonValue(), after: fc.jsonValue(), from: fc.jsonValue(), version: fc.jsonValue() })
    .map((token) => JSON.stringify(token)),
);

it('T81 a button is answered in words, whatever its value has become', async () => {
  const names = [...BUTTONS.keys()].filter((name) => name !== 'run-command');
  for (const name of names)
    for (const value of fc.sample(anyToken, { numRuns: TOKENS_EACH, seed: 81 })) {
      const action = { type: 'button', action_id: name, block_id: 'b', action_ts: '1', value };
      const { port } = replyAddress.address() as AddressInfo;
      await send({ ...press, response_url: `http://127.0.0.1:${port}/`, actions: [action] });
    }
  expect(faults()).toEqual([]);
});

it('T81 a submitted modal is answered in words, whatever its metadata has become', async () => {
  const view = submit.view as object;
  for (const name of SUBMISSIONS.keys())
    for (const private_metadata of fc.sample(anyToken, { numRuns: TOKENS_EACH, seed: 82 }))
      await send({ ...submit, view: { ...view, callback_id: name, private_metadata } });
  expect(faults()).toEqual([]);
});

const faults = () =>
  [...replies, ...app.everythingSent().map(({ sent }) => JSON.stringify(sent))].filter((said) =>
    said.includes('Something went wrong'),
  );
