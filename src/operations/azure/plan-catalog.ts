// Takes in groups, APIs and products.
import { EXISTS } from '../../domain/azure-mirror.ts';
import { createApi } from '../apis/create.ts';
import { deleteApi } from '../apis/delete.ts';
import { editApi } from '../apis/edit.ts';
import { readPolicy } from '../catalog/policy-document.ts';
import { createGroup } from '../groups/create.ts';
import { deleteGroup } from '../groups/delete.ts';
import { renameGroup } from '../groups/rename.ts';
import { createProduct } from '../products/create.ts';
import { deleteProduct } from '../products/delete.ts';
import { editProduct } from '../products/edit.ts';
import type { Planner } from './planned-change.ts';

export const planGroup: Planner<'group'> = (draft, { ourId: groupId, ours, theirs }) => {
  if (!theirs) {
    if (groupId) draft.step(deleteGroup, { groupId }, [EXISTS]);
    return;
  }
  const { id, name, description } = theirs;
  if (!groupId) return draft.step(createGroup, { groupId: id, name, description }, [EXISTS]);
  const data = draft.taken({ name, description });
  if (ours && Object.keys(data).length > 0)
    draft.step(renameGroup, { groupId, name: ours.name, ...data }, Object.keys(data));
};

export const planApi: Planner<'api'> = (draft, { ourId: apiId, theirs }) => {
  if (!theirs) {
    if (apiId) draft.step(deleteApi, { apiId, deleteSubscriptions: true }, [EXISTS]);
    return;
  }
  const { id, name, path, keyHeader, keyQuery } = theirs;
  const given = { name, path, keyHeader, keyQuery };
  if (!apiId) return draft.step(createApi, { id, ...given }, [EXISTS]);
  const data = draft.taken(given);
  if (Object.keys(data).length > 0) draft.step(editApi, { apiId, ...data }, Object.keys(data));
};

/** Of the policy, the limits are taken in with the product, and from then on each side has its own. */
export const planProduct: Planner<'product'> = (draft, { ourId: productId, theirs }, of) => {
  if (!theirs) {
    if (productId) draft.step(deleteProduct, { productId, deleteSubscriptions: true }, [EXISTS]);
    return;
  }
  const { kind: _, id, policy, apiIds, groupIds, ...rest } = theirs;
  const given = {
    ...rest,
    apiIds: apiIds.flatMap((one) => of.idOf('api', one) ?? []),
    groupIds: groupIds.flatMap((one) => of.idOf('group', one) ?? []),
  };
  if (!productId) {
    const { limits } = readPolicy(policy ?? '<policies />');
    return draft.step(createProduct, { id, ...given, ...limits }, [EXISTS]);
  }
  const data = draft.taken(given);
  if (Object.keys(data).length > 0) draft.step(editProduct, { productId, ...data }, Object.keys(data));
};
