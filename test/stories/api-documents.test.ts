// The OpenAPI document of an API: sent as a file in the direct message, or read at a link.
import { describe, expect, it } from 'vitest';
import { createApi } from '../../src/operations/apis/create.ts';
import { startTestApp } from '../support/app.ts';
import { besideApp } from '../support/beside-app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { ORDERS, ORDERS_TEXT } from '../support/orders-document.ts';

const app = forAllTests(async () => {
  const started = await startTestApp();
  const beside = await besideApp(started);
  for (const [id, name] of [
    ['tea', 'Orders of tea'],
    ['rice', 'Rice'],
  ] as const)
    await createApi(beside.console(), { id, name, path: `${id}/v1` });
  await beside.close();
  return started;
});
const admin = () => {
  const person = app.as('admin');
  person.goesToDm();
  return person;
};
const endpointsOf = async (id: string): Promise<number> =>
  Number((await app.sql`select count(*) from api_endpoints where api_id = ${id}`)[0]?.count);

describe('a file in the direct message', () => {
  it('is for the API that its message names, or else its own name', async () => {
    await admin().shares('export-3.json', ORDERS_TEXT, 'Orders of tea');
    await admin().sees(/Saved\. Developers find its endpoints in the portal: .*\/portal\/apis\/tea/);
    expect(await endpointsOf('tea')).toBe(5);
    const yaml =
      'openapi: 3.1.0\ninfo: {title: R, version: "1"}\npaths:\n  /rice:\n    get: {summary: Eat}\n';
    await admin().shares('RICE.yaml', yaml);
    await admin().sees(/Saved.*\/portal\/apis\/rice/);
    expect(await endpointsOf('rice')).toBe(1);
  });

  it('for no API is refused with their ids, and a faulty one with the place of the fault', async () => {
    await admin().shares('millet.json', ORDERS_TEXT);
    await admin().sees(/Which API is this the document of\?.*`tea`, `rice`/);
    await admin().shares('tea.json', JSON.stringify({ ...ORDERS, info: { title: 'x' } }));
    await admin().sees(/Nothing changed\..*info has no version/);
    expect(await endpointsOf('tea')).toBe(5);
  });

  it('is taken from admins alone', async () => {
    const approver = app.as('approver');
    approver.goesToDm();
    await approver.shares('rice.json', ORDERS_TEXT);
    await approver.sees(/can't|only|admin/i);
    expect(await endpointsOf('rice')).toBe(1);
  });
});

it('a document is taken away in the modal, which refuses links into the network of this server', async () => {
  const opens = async () => {
    await admin().types('/apim-user apis');
    await admin().sees(/Orders of tea.* · OpenAPI/);
    await admin().chooses('OpenAPI', 'Orders of tea');
    return admin().modal('OpenAPI document');
  };
  const modal = await opens();
  await modal.submit();
  expect(modal.errors()['Link to it']).toMatch(/Enter a link/);
  await modal.fill({ 'Link to it': 'http://169.254.169.254/latest' });
  await modal.submit();
  await modal.sees(/leads to an address that is not public/);
  await modal.closeAll();
  const again = await opens();
  await again.fill({ Remove: ['Take the document away, and its endpoints from the portal'] });
  await again.submit();
  await again.sees(/shows no endpoints/);
  await again.closeAll();
  expect(await endpointsOf('tea')).toBe(0);
});
