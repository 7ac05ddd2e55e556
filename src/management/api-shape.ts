// An API in Azure's form, with the properties that this server stores.
import { type Address, resourceFields } from './address.ts';
import { textField } from './filter.ts';

export type Api = { id: string; name: string; path: string; version: number };

/** `under` is the resource that the API is listed below, such as `products`, `starter`. */
export function viewApi(address: Address, { id, name, path }: Api, under: readonly string[] = []) {
  return {
    ...resourceFields(address, ...under, 'apis', id),
    properties: { displayName: name, path, apiRevision: '1', isCurrent: true, protocols: ['https'] },
  };
}

export const API_FILTER = {
  name: textField('id'),
  displayName: textField('name'),
  path: textField('path'),
};
