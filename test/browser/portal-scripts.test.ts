// What scripts add to the portal, and the way back to the page that asked to sign in.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { faultsOnPage } from '../support/axe.ts';
import { startBrowserApp, story } from '../support/browser-app.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const EMAIL = 'ann@example.com';
const PASSWORD = 'three quiet garden chairs';
const MAX_SCRIPT_BYTES = 30_000;

const app = forAllTests(() => startBrowserApp({ GATEWAY_URL: 'https://api.example.com' }), 90_000);
let ann: Page;
beforeAll(async () => {
  const [admin, mailbox] = await Promise.all([app.as('admin'), app.developer()]);
  await admin.types('/apim-user products');
  await admin.sees(/no products yet/);
  await admin.presses('Create');
  await admin.fills('Create a product', { Name: 'Starter' });
  await admin
    .dialog('Create a product')
    .getByRole('checkbox', { name: /Developers see it/ })
    .check();
  await admin.submits('Create a product', 'Create');
  await admin.seesInModal(/Created/);
  await admin.closesModal();
  await admin.types(`/apim-user add ${EMAIL} Ann Lee`);
  const tab = await mailbox.follows(EMAIL, /Welcome/, /how I sign in/);
  await tab.getByLabel('New password', { exact: true }).fill(PASSWORD);
  await tab.getByRole('button', { name: 'Set the new password' }).click();
  await tab.waitForURL((url) => url.search === '' || !url.search.includes('ticket'));
  ann = await app.open('/portal/products/starter', { timezoneId: 'Asia/Tokyo' });
}, 90_000);

describe('the portal with scripts', () => {
  story('shows a typed password, signs in, and comes back to the product that asked', async () => {
    await ann.goto(`${app.url}/portal/products/starter?sign-in`);
    await ann.getByLabel('Email', { exact: true }).fill(EMAIL);
    const password = ann.getByLabel('Password', { exact: true });
    await password.fill(PASSWORD);
    await ann.getByRole('button', { name: 'Show password' }).click();
    expect(await password.getAttribute('type')).toBe('text');
    expect(await faultsOnPage(ann)).toEqual([]);
    await ann.getByRole('button', { name: 'Sign in', exact: true }).click();
    await ann.getByRole('heading', { name: 'Starter' }).waitFor();
    expect(new URL(ann.url()).pathname).toBe('/portal/products/starter');
  });

  story('marks what is subscribed, copies a key and a command, and tells the local time', async () => {
    await ann.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await ann.getByRole('button', { name: 'Subscribe' }).click();
    await ann.getByText('Subscribed. Your keys work now.').waitFor();
    expect(await ann.locator('time').first().textContent()).toMatch(/UTC \(.*\d\d:\d\d your time\)$/);
    await ann.getByRole('button', { name: 'Show the keys' }).click();
    const key = await ann.getByRole('textbox', { name: 'Primary key' }).inputValue();
    await ann.getByRole('button', { name: 'Copy the primary key' }).click();
    await ann.getByRole('status').filter({ hasText: 'Copied the primary key' }).waitFor();
    expect(await ann.evaluate('navigator.clipboard.readText()')).toBe(key);
    expect(await faultsOnPage(ann)).toEqual([]);
    await ann.goto(`${app.url}/portal/products`);
    await ann.getByText('Subscribed', { exact: true }).waitFor();
  });

  story('runs its own script alone, which is small', async () => {
    const answer = await fetch(`${app.url}/portal`);
    const html = await answer.text();
    const scripts = [...html.matchAll(/<script[^>]*>(.*?)<\/script>/gs)];
    expect(scripts).toHaveLength(1);
    expect(Buffer.byteLength(scripts[0]?.[1] ?? '')).toBeLessThan(MAX_SCRIPT_BYTES);
    expect(answer.headers.get('content-security-policy')).toMatch(/script-src 'sha256-[\w+/=]{44}'(;|$)/);
    expect(answer.headers.get('content-security-policy')).not.toMatch(/unsafe|'self' 'sha|\*/);
    await ann.evaluate(
      'document.body.append(Object.assign(document.createElement("script"), { textContent: "window.evil = 1" }))',
    );
    expect(await ann.evaluate('window.evil')).toBeUndefined();
  });
});
