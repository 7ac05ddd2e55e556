// An API in Azure's form, with the properties that this server stores.
import { KEY_NAMES, keyNamesOf } from '../domain/key-names.ts';
import type { listApis } from '../operations/apis/list.ts';
import { type Address, resourceFields } from './address.ts';
import { apiNameOf, REVISION, readApiName } from './api-revision.ts';
import { textField } from './filter.ts';

export type Api = Awaited<ReturnType<typeof listApis>>['apis'][number];

/** `under` is the resource that the API is listed below, such as `products`, `starter`. */
export function viewApi(address: Address, api: Api, under: readonly string[] = []) {
  const { id, name, path, properties } = api;
  return {
    ...resourceFields(address, ...under, 'apis', apiNameOf(id)),
    properties: {
      displayName: name,
      path,
      apiRevision: REVISION,
      isCurrent: true,
      isOnline: true,
      ...inFull(properties),
      subscriptionKeyParameterNames: keyNamesOf(api) ?? KEY_NAMES,
    },
  };
}

/** Azure's, of properties that were not given. */
const DEFAULTS = { type: 'http', protocols: ['https'], subscriptionRequired: true };

/** With what Azure returns of properties that were not given. */
export const inFull = (properties: Api['properties']) => ({
  ...DEFAULTS,
  ...properties,
  // azurerm crashes without this object.
  authenticationSettings: { oAuth2: null, openid: null, ...(properties.authenticationSettings ?? {}) },
});

export const viewRevision = ({ id, path, properties, createdAt, updatedAt }: Api) => ({
  apiId: `/apis/${id};rev=${REVISION}`,
  apiRevision: REVISION,
  description: properties.apiRevisionDescription ?? null,
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
