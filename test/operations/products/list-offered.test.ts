import { describe, expect, it } from 'vitest';
import { setGroupsOfAccount } from '../../../src/operations/accounts/set-groups.ts';
import type { Context } from '../../../src/operations/frame/context.ts';
import { createGroup } from '../../../src/operations/groups/create.ts';
import { listOfferedProducts } from '../../../src/operations/products/list-offered.ts';
import { ADMIN, createTestContext, DEVELOPER } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { aDeveloper, aProduct, uniqueName } from '../../support/subscriptions.ts';

const t = forAllTests(createTestContext);

describe('listing the offered products', () => {
  it('gives the published ones of the groups that the developer is in; a visitor counts as a guest', async () => {
    const ann = await aDeveloper(t);
    const { groupId } = await createGroup(t.as(ADMIN), { name: uniqueName('Partners ') });
    const forGuests = await aProduct(t, { groupIds: ['guests'] });
    const forDevelopers = await aProduct(t);
    const forPartners = await aProduct(t, { groupIds: [groupId] });
    const hidden = await aProduct(t, { groupIds: ['guests'], isPublished: false });
    const seen = async (context: Context, productId: string) =>
      (await listOfferedProducts(context, { productId })).products.length;
    const all = [forGuests, forDevelopers, forPartners, hidden];
    const seenBy = (context: Context) => Promise.all(all.map((id) => seen(context, id)));
    expect(await seenBy(t.as(DEVELOPER))).toEqual([1, 0, 0, 0]);
    expect(await seenBy(ann.context())).toEqual([1, 1, 0, 0]);
    await setGroupsOfAccount(t.as(ADMIN), { accountId: ann.accountId, groupIds: [groupId] });
    expect(await seenBy(ann.context())).toEqual([1, 1, 1, 0]);
  });
});
