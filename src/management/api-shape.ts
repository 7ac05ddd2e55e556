// An API in Azure's form, with the properties that are kept here.
import { type Address, resourceId } from './address.ts';
import { textField } from './filter.ts';

export type Api = { id: string; name: string; path: string; version: number };

export function viewApi(address: Address, { id, name, path }: Api, under: readonly string[] = []) {
  const kinds = [...under.filter((_, index) => index % 2 === 0), 'apis'];
  return {
    id: resourceId(address, ...under, 'apis', id),
    type: `Microsoft.ApiManagement/service/${kinds.join('/')}`,
    name: id,
    properties: { displayName: name, path, apiRevision: '1', isCurrent: true, protocols: ['https'] },
  };
}

export const API_FILTER = {
  name: textField('id'),
  displayName: textField('name'),
  path: textField('path'),
};
