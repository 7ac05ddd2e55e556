import { beforeAll, describe, expect, it } from 'vitest';
import { forAllTests } from '../support/for-all-tests.ts';
import { startTestManagement } from '../support/management.ts';

const t = forAllTests(startTestManagement);
beforeAll(async () => {
  for (const id of ['partners', 'friends']) await put(`groups/${id}`, { displayName: id });
  for (const id of ['orders', 'films']) await put(`apis/${id}`, { displayName: id, path: id });
});

const put = (path: string, properties?: object, more: object = {}) =>
  t.ask(path, { method: 'PUT', body: properties && { properties, ...more } });
let count = 0;
async function product(): Promise<string> {
  count += 1;
  await put(`products/p${count}`, { displayName: `P${count}` });
  return `products/p${count}`;
}
const namesIn = async (path: string) =>
  (await t.ask(path)).body.value.map(({ name }: { name: string }) => name);

describe.each([
  { links: 'groupLinks', property: 'groupId', things: 'groups', one: 'partners', other: 'friends' },
  { links: 'apiLinks', property: 'apiId', things: 'apis', one: 'orders', other: 'films' },
])('$links of a product', ({ links, property, things, one, other }) => {
  const linkTo = (id: string) => ({ [property]: `/${things}/${id}` });

  it('keep the name of their PUT, which says the same again, and can be deleted by it twice', async () => {
    const path = await product();
    const created = await put(`${path}/${links}/from-git`, linkTo(one.toUpperCase()), { name: 'from-git' });
    expect([created.status, created.body.name]).toEqual([201, 'from-git']);
    expect(created.body.type).toBe(`Microsoft.ApiManagement/service/products/${links}`);
    expect(created.body.properties[property]).toMatch(new RegExp(`^/subscriptions/.+/${things}/${one}$`));
    expect(await namesIn(`${path}/${things}`)).toEqual([one]);
    const again = await put(`${path}/${links}/from-git`, created.body.properties);
    expect([again.status, again.headers.etag]).toEqual([200, created.headers.etag]);
    expect(again.body).toEqual(created.body);
    expect((await t.ask(`${path}/${links}/FROM-GIT`)).body).toEqual(created.body);
    expect((await t.ask(`${path}/${links}`)).body).toMatchObject({ count: 1, value: [created.body] });
    await put(`${path}/${things}/${other}`);
    expect((await namesIn(`${path}/${links}`)).toSorted()).toEqual([other, 'from-git'].toSorted());
    for (const status of [200, 204])
      expect((await t.ask(`${path}/${links}/from-git`, { method: 'DELETE' })).status).toBe(status);
    expect(await namesIn(`${path}/${things}`)).toEqual([other]);
    expect((await t.ask(`${path}/${links}/${other}`, { method: 'DELETE' })).status).toBe(200);
    expect((await t.ask(`products/none/${links}/x`, { method: 'DELETE' })).status).toBe(204);
  });

  it('get another name for the same end, and never another end by the same name', async () => {
    const path = await product();
    await put(`${path}/${things}/${one}`);
    expect((await put(`${path}/${links}/renamed`, linkTo(one))).status).toBe(201);
    expect(await namesIn(`${path}/${links}`)).toEqual(['renamed']);
    const taken = await put(`${path}/${links}/renamed`, linkTo(other));
    expect([taken.status, taken.body.error.details[0].target]).toEqual([400, 'linkId']);
    expect(taken.body.error.message).toContain(one);
    expect(await namesIn(`${path}/${things}`)).toEqual([one]);
  });

  it('are refused without an end, and not found for an end or a product that is not there', async () => {
    const path = await product();
    for (const properties of [{}, { [property]: 'partners' }, { [property]: '/users/ann' }]) {
      const { status, body } = await put(`${path}/${links}/x`, properties);
      expect([status, body.error.details[0].target]).toEqual([400, property]);
    }
    expect((await put(`${path}/${links}/x`, linkTo('none'))).status).toBe(404);
    expect((await put(`products/none/${links}/x`, linkTo(one))).status).toBe(404);
    expect((await t.ask(`${path}/${links}/x`)).status).toBe(404);
    expect((await t.ask(`products/none/${links}`)).status).toBe(404);
  });
});
