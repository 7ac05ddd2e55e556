import { expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { runProgram } from '../support/process.ts';

const app = forAllTests(() => startTestApp({}, { clock: () => new Date(start + later) }));
const start = Date.now();
let later = 0;

const make = (name: string, days: number) =>
  runProgram(
    'token',
    [
      'create',
      '--name',
      name,
      '--role',
      'reader',
      '--owner',
      app.ids.admin,
      '--days',
      String(days),
      '--as',
      'Connie',
    ],
    {
      DATABASE_URL: app.databaseUrl,
      SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
      PUBLIC_URL: app.publicUrl,
    },
  );

it('a token is announced, listed, told of before its end, and revoked from Slack', async () => {
  expect((await make('nightly', 30)).code).toBe(0);
  app.as('approver').goesTo('approvals');
  await app.as('approver').sees(/Connie \(console\)\W* created the token \W*nightly/);
  await app.as('admin').types('/apim-user tokens');
  await app.as('admin').sees(/nightly\W* · \W*reader\W* · owned by .* · never used/);

  later = 17 * 86_400_000;
  await app.as('admin').sees(/Your token \W*nightly\W* for the management API ends/, 90_000);

  await app.as('admin').clicks('Revoke the token nightly');
  await app.as('admin').sees(/Revoked the token \W*nightly/);
  await app.as('admin').types('/apim-user tokens');
  await app.as('admin').sees(/There are no tokens yet/);
}, 150_000);
