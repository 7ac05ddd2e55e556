import { beforeAll, expect } from 'vitest';
import { startBrowserApp, story } from '../support/browser-app.ts';
import type { BrowserPerson } from '../support/browser-person.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startBrowserApp);
let admin: BrowserPerson;
let noor: BrowserPerson;
beforeAll(async () => {
  [admin, noor] = await Promise.all([app.as('admin'), app.as('nobody')]);
});

story('a bystander sees no answer meant for another person, and no private channel', async () => {
  await admin.goesTo('general');
  await noor.goesTo('general');
  await admin.types('/apim-user add ann@example.com Ann Lee');
  await admin.sees(/Only visible to you.*Added .+: the account is active/s);
  await admin.types('hello everybody');
  await noor.message(/hello everybody/).waitFor();
  expect(await noor.page.getByText('ann@example.com').count()).toBe(0);
  expect(await noor.page.getByRole('button', { name: /approvals/ }).count()).toBe(0);
});

story('the history says who did what', async () => {
  await admin.types('/apim-user block ann@example.com leaked a key');
  await admin.sees(/Blocked: Ann Lee/);
  await admin.types('/apim-user history ann@example.com');
  await admin.sees(/Ada Admin added an account.*Ada Admin blocked the account.*leaked a key/s);
});
