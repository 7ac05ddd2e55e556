import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestManagement, type TestManagement } from '../support/management.ts';

let t: TestManagement;
beforeAll(async () => {
  t = await startTestManagement();
});
afterAll(() => t?.close());

let count = 0;
const unique = (): string => {
  count += 1;
  return `orders${count}`;
};
const put = (path: string, properties: object = {}, headers = {}) =>
  t.ask(path, { method: 'PUT', body: { properties }, headers });
const remove = (path: string) => t.ask(path, { method: 'DELETE' });
async function api(properties: object = {}): Promise<string> {
  const id = unique();
  const { status } = await put(`apis/${id}`, { displayName: id, path: id, ...properties });
  expect(status).toBe(201);
  return id;
}

describe('a revision', () => {
  it.each([';rev=1', '%3Brev%3D1', ';REV=1'])('%s of an API is the API, in each method', async (suffix) => {
    const id = unique();
    const created = await put(`apis/${id}${suffix}`, { displayName: id, path: id }, { 'if-match': '*' });
    expect([created.status, created.body.name, created.body.properties.apiRevision]).toEqual([201, id, '1']);
    const { body } = await t.ask(`apis/${id}${suffix}`);
    expect(body.id).toMatch(new RegExp(`/apis/${id}$`));
    expect((await put(`apis/${id}`, { displayName: id, path: id })).status).toBe(200);
    const product = await put(`products/${id}`, { displayName: id, state: 'published' });
    expect(product.status).toBe(201);
    expect((await put(`products/${id}/apis/${id}${suffix}`)).status).toBe(201);
    expect((await t.ask(`products/${id}/apis/${id}`, { method: 'HEAD' })).status).toBe(204);
    const subscription = await put(`subscriptions/${id}`, { displayName: id, scope: `/apis/${id};rev=1` });
    expect(subscription.body.properties.scope).toMatch(new RegExp(`/apis/${id}`));
    const found = await t.ask(`apis?$filter=name%20eq%20'${id}%3Brev%3D1'`);
    expect(found.body.value.map(({ name }: { name: string }) => name)).toEqual([id]);
    expect((await remove(`apis/${id}${suffix}?deleteSubscriptions=true`)).status).toBe(200);
    expect((await t.ask(`apis/${id}`)).status).toBe(404);
  });

  it('other than 1 is refused by its name, and its deletion has nothing to do', async () => {
    const id = await api();
    await put(`products/${id}`, { displayName: id });
    const read = await t.ask(`apis/${id};rev=2`);
    expect([read.status, read.body.error.code]).toEqual([404, 'ResourceNotFound']);
    expect(read.body.error.message).toContain(`Revision “2” of API ${id}`);
    expect((await t.ask(`apis/${id};rev=2`, { method: 'HEAD' })).status).toBe(404);
    for (const path of [
      `apis/${id};rev=2`,
      `apis/${id}%3Brev%3Done-point-oh`,
      `products/${id}/apis/${id};rev=2`,
    ]) {
      const { status, body } = await put(path, { displayName: 'Second', path: `${id}/2` });
      expect([status, body.error.details[0].target], path).toEqual([400, 'apiId']);
      expect(body.error.message).toMatch(/revision “(2|one-point-oh)”/);
    }
    const scoped = await put(`subscriptions/${id}`, { displayName: id, scope: `/apis/${id};rev=2` });
    expect([scoped.status, scoped.body.error.details[0].target]).toEqual([400, 'scope']);
    expect((await remove(`apis/${id};rev=2`)).status).toBe(204);
    expect((await t.ask(`apis/${id}`)).body.properties.displayName).toBe(id);
  });

  it('is the only one in the list of revisions', async () => {
    const id = await api();
    const { status, body } = await t.ask(`apis/${id}/revisions`);
    expect([status, body.count]).toEqual([200, 1]);
    expect(body.value[0]).toMatchObject({ apiId: `/apis/${id};rev=1`, apiRevision: '1', isCurrent: true });
    expect((await t.ask('apis/none/revisions')).status).toBe(404);
  });

  it('is never part of an id any more, and an API that was once called so can be read and deleted', async () => {
    const id = unique();
    const [service] = await t.sql`select id from services`;
    await t.sql`insert into apis (service_id, id, name, path, created_at, updated_at)
      values (${service?.id}, ${`${id};rev=1`}, ${id}, ${id}, now(), now())`;
    expect((await t.ask(`apis/${id};rev=1`)).status).toBe(404);
    const { body } = await t.ask(`apis?$filter=displayName%20eq%20'${id}'`);
    const [{ name, id: path }] = body.value;
    expect(path).toMatch(new RegExp(`/apis/${id};rev=1;rev=1$`));
    expect((await t.ask(`apis/${name}`)).body.properties.path).toBe(id);
    const subscription = await put(`subscriptions/${id}`, { displayName: id, scope: path });
    expect(subscription.body.properties.scope).toBe(path);
    expect((await remove(`apis/${name}?deleteSubscriptions=true`)).status).toBe(200);
    const again = await put(`apis/${id};rev=1;rev=1`, { displayName: id, path: id });
    expect([again.status, again.body.error.details[0].target]).toEqual([400, 'apiId']);
  });
});
