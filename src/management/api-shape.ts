// An API in Azure's form, with the properties that this server stores.

import type { listApis } from '../operations/apis/list.ts';
import { type Address, resourceFields } from './address.ts';
import { apiNameOf, REVISION, readApiName } from './api-revision.ts';
import { textField } from './filter.ts';
export type Api = Awaited<ReturnType<typeof listApis>>['apis'][number];

/** `under` is the resource that the API is listed below, such as `products`, `starter`. */
export function viewApi(address: Address, { id, name, path }: Api, under: readonly string[] = []) {
  return {
    ...resourceFields(address, ...under, 'apis', apiNameOf(id)),
    properties: { displayName: name, path, apiRevision: REVISION, isCurrent: true, protocols: ['https'] },
  };
}

export const viewRevision = ({ id, path, createdAt, updatedAt }: Api) => ({
  apiId: `/apis/${id};rev=${REVISION}`,
  apiRevision: REVISION,
  createdDateTime: createdAt.toISOString(),
  updatedDateTime: updatedAt.toISOString(),
  privateUrl: `/${path}`,
  isOnline: true,
  isCurrent: true,
});

export const API_FILTER = {
  name: textField('id', (name) => readApiName(name).id),
  displayName: textField('name'),
  path: textField('path'),
};
