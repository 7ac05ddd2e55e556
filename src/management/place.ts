// Where in Azure this service seems to be. Addresses may name any subscription and group; lists show these.

export type Place = { subscriptionId: string; resourceGroup: string };

/** Azure's tenant is ours alone: tokens and subscriptions name this one, and any may be asked for. */
export const TENANT_ID = '00000000-0000-0000-0000-000000000000';
export const DEFAULT_PLACE: Place = {
  subscriptionId: '00000000-0000-0000-0000-000000000000',
  resourceGroup: 'apim-user',
};
/** Where the service says that it runs: in no region of Azure. */
export const LOCATION = 'local';
